package verify

// Explain says what a check is about and what it shows where it holds.
func Explain(name string) (zh, en string) {
	switch name {
	case CheckContainer:
		return "归档逐字节符合格式：没有藏入、截断或重复的内容。", "The tar is byte for byte as the format writes it: nothing is hidden in it, cut off or there twice."
	case CheckLayout:
		return "应有的文件齐全，没有多余的文件。", "All files that a bundle must have are there, and no others."
	case CheckManifest:
		return "封存清单可以读取，且说的就是本证据包。", "The sealed list of files can be read and speaks of this very bundle."
	case CheckSeal:
		return "清单由执法机关的密钥签名，且密钥当时有效：没有该密钥的人无法写出这份清单。", "The bureau's key has signed the list, and was in force then: nobody without that key could have written it."
	case CheckFiles:
		return "每个文件的大小与两种摘要均与清单相同：封存之后一个字节也没有改动、增加或删去。", "Every file has the size and both digests of the list: not one byte was changed, added or removed since the seal."
	case CheckLists:
		return "供 sha256sum 使用的校验列表与各文件一致：不用本程序也能核对。", "The lists for sha256sum agree with the files: they can be checked without this program."
	case CheckTimestamp:
		return "时间戳机构证明清单在该时刻已经存在：不可能是事后补造的。", "A timestamp authority says that the list existed at that time: it was not made up later."
	case CheckChain:
		return "本证据包指明同一摄像机的前一个证据包：抽走其中任何一个都会留下缺口。", "The bundle names the one of the same camera before it: one that is taken away leaves a gap."
	case CheckLog:
		return "证据包登记在任何人都能查阅、无法悄悄改动的公开日志中。", "The bundle stands in a public log that anyone can read and nobody can change unseen."
	case CheckRemoval:
		return "执法机关签名的删除记录说明证据包何时、依据哪一条删除：依法删除与被抽走，由此可以分清。", "A record signed by the bureau says when the bundle was deleted and under which article: a lawful deletion is told from a bundle that was taken away."
	case CheckReplay:
		return "由封存的画面、模型与参数重新得出结论：机器的认定确实出自这些画面。", "The finding is made again from the sealed pixels, models and parameters: it follows from what the camera saw."
	}
	return "", ""
}
