package problem

import (
	"net/http"
	"strings"
)

// Problem is an answer that refuses, and an error.
type Problem struct {
	Type      string  `json:"type" doc:"What kind of problem this is; about:blank where the status says it all."`
	Title     string  `json:"title" doc:"The status in words."`
	Status    int     `json:"status"`
	Detail    string  `json:"detail" doc:"What went wrong and what to do, in the language asked for."`
	DetailZH  string  `json:"detail_zh"`
	DetailEN  string  `json:"detail_en"`
	Article   string  `json:"article,omitempty" doc:"The article of the law that refuses."`
	RequestID string  `json:"request_id,omitempty" doc:"Names this request in the server's log."`
	Errors    []Field `json:"errors,omitempty" doc:"What is wrong with which part of the request."`

	headers http.Header
	cause   error
}

// Field is one part of the request that is wrong.
type Field struct {
	Message  string `json:"message"`
	Location string `json:"location,omitempty" doc:"As in body.name or path.id."`
}

// New makes a problem with its sentence in both languages.
func New(status int, zh, en string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, DetailZH: zh, DetailEN: en}
}

// Under returns the problem with the article that refuses.
func (p *Problem) Under(article string) *Problem {
	q := *p
	q.Article = article
	return &q
}

// With returns the problem with a header of its answer.
func (p *Problem) With(name, value string) *Problem {
	q := *p
	q.headers = p.headers.Clone()
	if q.headers == nil {
		q.headers = http.Header{}
	}
	q.headers.Set(name, value)
	return &q
}

// Because returns the problem with what is told to the log alone.
func (p *Problem) Because(cause error) *Problem {
	q := *p
	q.cause = cause
	return &q
}

// In returns the problem with its detail in the language of an Accept-Language
// header, and the request's id.
func (p *Problem) In(acceptLanguage, requestID string) *Problem {
	q := *p
	q.Detail = p.DetailZH
	if English(acceptLanguage) {
		q.Detail = p.DetailEN
	}
	q.RequestID = requestID
	return &q
}

// English tells whether an Accept-Language header asks for English before
// Chinese. Without either the answer is Chinese.
func English(accept string) bool {
	accept = strings.ToLower(accept)
	en, zh := strings.Index(accept, "en"), strings.Index(accept, "zh")
	return en >= 0 && (zh < 0 || en < zh)
}

// Error implements error in English.
func (p *Problem) Error() string {
	if p.cause != nil {
		return p.DetailEN + ": " + p.cause.Error()
	}
	return p.DetailEN
}

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }
