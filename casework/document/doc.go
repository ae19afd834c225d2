// Package document makes the papers of a case (文书) as PDF: in go a kind and the fields
// of a case, out comes the file with its digest, in the layout of Chinese official
// documents, with Song and Kai embedded.
//
// A kind's mandatory fields are those that the law names; one that is missing is a
// FieldError with the article, and no paper is made. The texts are templates, one file
// a kind, which a bureau may replace. The same fields give the same bytes.
package document
