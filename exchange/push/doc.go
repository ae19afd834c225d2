// Package push tells people of staff, on their own devices and also with the console
// closed, that something waits for them: Web Push (RFC 8030) with VAPID (RFC 8292),
// encrypted for the browser alone (RFC 8291).
//
// In: browsers that their owners have signed up, with the kinds of notices each wants;
// what happens is read from the database every half minute (Sweep). Out: a request to
// the browser's push service, which is another company's. What it carries is a kind and
// a language, nothing of a case, a place or a person, and it always has the same length;
// the browser's service worker (web/public/sw.js) makes the sentence.
//
// A kind is told to a device at most once in ten minutes, and again only for what is
// new since. A push service that answers 404 or 410 has lost the browser: it is
// forgotten. No request leaves for an address that the guard refuses, by the address
// that is really dialled; no redirect is followed.
package push
