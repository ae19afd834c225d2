package flow

// has tells whether a needed field was given.
func (x Fields) has(need string) bool {
	switch need {
	case "reason":
		return x.Reason != ""
	case "note":
		return x.Note != ""
	case "facts":
		return x.Facts != ""
	case "conclusion":
		return x.Conclusion != ""
	case "opinion":
		return x.Opinion != ""
	case "text":
		return x.Text != ""
	case "method":
		return x.Method != ""
	case "proof":
		return x.Proof != ""
	case "target":
		return x.Target != ""
	case "place":
		return x.Place != ""
	case "receipt_no":
		return x.ReceiptNo != ""
	case "party_id":
		return x.PartyID != ""
	case "matter":
		return x.Matter != ""
	case "phone":
		return x.Phone != ""
	case "signature":
		return len(x.Signature) > 0
	case "officers":
		return len(x.Officers) > 0
	case "fine_fen":
		return x.FineFen > 0
	case "parts":
		return x.Parts != 0
	case "at":
		return !x.At.IsZero()
	case "received_at":
		return !x.ReceivedAt.IsZero()
	case "until":
		return !x.Until.IsZero()
	case "papers":
		return len(x.Papers) > 0
	}
	return false
}

// FieldName names a field.
func FieldName(key string) (zh, en string) {
	names := map[string][2]string{
		"reason": {"理由", "reason"}, "note": {"说明", "note"}, "facts": {"违法事实", "facts"},
		"conclusion": {"调查结论", "conclusion"}, "opinion": {"意见", "opinion"}, "text": {"内容", "text"},
		"method": {"送达方式", "way of service"}, "proof": {"送达凭证", "proof of service"},
		"target": {"移送单位", "authority that takes over"}, "place": {"地点", "place"},
		"receipt_no": {"票据号", "receipt number"}, "party_id": {"当事人", "party"}, "phone": {"手机号", "telephone number"}, "signature": {"签名", "signature"}, "matter": {"事项", "matter"},
		"officers": {"承办人（两名）", "two officers"}, "fine_fen": {"罚款金额", "fine"}, "parts": {"期数", "number of instalments"},
		"at": {"时间", "time"}, "received_at": {"收到时间", "time of receipt"}, "papers": {"照片、扫描件", "pictures and scans"}, "until": {"期限至", "until"},
	}
	if n, ok := names[key]; ok {
		return n[0], n[1]
	}
	return key, key
}

// RoleName names a role.
func RoleName(r Role) (zh, en string) {
	names := map[Role][2]string{
		Reviewer: {"审核员", "a reviewer"}, Officer: {"办案人员", "an officer"}, Legal: {"法制审核人员", "a legal reviewer"},
		Head: {"负责人", "a head"}, Auditor: {"审计人员", "an auditor"}, Party: {"当事人", "the party"},
		Cashier: {"代收机构", "the treasury's provider"}, System: {"系统", "the system"},
	}
	if n, ok := names[r]; ok {
		return n[0], n[1]
	}
	return string(r), string(r)
}
