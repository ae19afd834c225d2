package api

import (
	"context"
	"net/http"

	"offsite/casework"
)

// suggestionOperations are about what a case suggests to others (执法建议书).
func (a *API) suggestionOperations() {
	const tag = "cases"
	handle(a, operation{id: "issue-suggestion", method: http.MethodPost, path: "/cases/{id}/suggestions", summary: "Suggest something to another body or a company, by a document", tag: tag, status: http.StatusNoContent}, a.issueSuggestion)
	handle(a, operation{id: "answer-suggestion", method: http.MethodPost, path: "/cases/{id}/suggestions/{suggestion}/reply", summary: "Enter the recipient's reply", tag: tag, status: http.StatusNoContent}, a.answerSuggestion)
}

type suggestionIssued struct {
	ByID
	Body casework.SuggestionDraft
}

func (a *API) issueSuggestion(ctx context.Context, in *suggestionIssued) (*empty, error) {
	return &empty{}, a.o.Casework.IssueSuggestion(ctx, actor(ctx), in.ID, in.Body)
}

type suggestionAnswered struct {
	ByID
	Suggestion string `path:"suggestion" maxLength:"64"`
	Body       casework.SuggestionReply
}

func (a *API) answerSuggestion(ctx context.Context, in *suggestionAnswered) (*empty, error) {
	return &empty{}, a.o.Casework.AnswerSuggestion(ctx, actor(ctx), in.ID, in.Suggestion, in.Body)
}
