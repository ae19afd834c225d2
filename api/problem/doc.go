// Package problem is what the API says when it refuses: RFC 9457, in Chinese and
// English, with the article where the law refuses.
//
// Handlers return a *Problem; the API writes it as application/problem+json with
// "detail" in the reader's language and both languages beside it.
package problem
