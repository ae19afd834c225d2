package wire

// Template is a kind of document.
type Template struct {
	Key       string           `json:"key"`
	TitleZH   string           `json:"title_zh"`
	TitleEN   string           `json:"title_en"`
	Mandatory []MandatoryField `json:"mandatory" doc:"What must stand in it; without one it is not made."`
}

// MandatoryField is something that a document must say.
type MandatoryField struct {
	Field   string `json:"field"`
	ZH      string `json:"zh" doc:"What to do, in Chinese."`
	EN      string `json:"en"`
	Article string `json:"article" doc:"Of the law that demands it."`
}
