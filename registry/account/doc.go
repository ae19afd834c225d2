// Package account knows who may work with the program: accounts of staff, their
// roles, passwords and sessions.
//
// Passwords are kept as argon2id. A new account and a reset one get a one-time
// password, told once, that must be changed at the first sign-in. A session is a
// random token in a cookie; the database holds its SHA-256 alone, so that a copy of
// the database opens no session. Every try to sign in is recorded, and too many
// wrong ones must wait. A process that serves keeps sessions in memory for two seconds at
// most, and forgets them as soon as it hears of a change (Remember).
//
// What a role may do is decided in package api (one policy table) and in casework
// (who may act on one case). Here is only what makes roles incompatible: an
// administrator manages accounts and cannot act on cases; an auditor changes nothing.
package account
