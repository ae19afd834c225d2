package main

import (
	"context"

	"github.com/jackc/pgx/v5"

	"offsite/casework"
	"offsite/exchange/transfer"
)

// askRegister has transfers carry what casework asks the register of real estate.
func (d *desk) askRegister(ctx context.Context, tx pgx.Tx, by casework.Actor, l casework.RegisterLetter) error {
	return d.transfers.Ask(ctx, tx, transfer.By{ID: by.ID, Name: by.Name}, transfer.Request{Lift: l.Lift, Case: l.Case, Reason: l.Reason, Paper: transfer.Document{Kind: l.Kind, Number: l.Number, SHA256: l.SHA256},
		Estate: transfer.Estate{Annotation: l.Annotation, Property: l.Property, Place: l.Place, Owner: l.Owner, Ground: l.Ground, Basis: l.Basis, Until: l.Until, Entry: l.Entry}})
}

// registerAnswered has casework take what the register says through transfers.
func (d *desk) registerAnswered(ctx context.Context, tx pgx.Tx, x transfer.Answer) error {
	return d.book.AnnotationAnswered(ctx, tx, casework.RegisterAnswer(x))
}
