package casework

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
)

const sessionLife = 12 * time.Hour

// OpenLinkKey reads the 32-byte key of portal links. A missing one is made,
// readable by us alone; a file that others can read is refused.
func OpenLinkKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeLinkKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the key of portal links: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("open the key of portal links %s: others can read it (%s); chmod 600 it, and make a new one if it may have been read", path, info.Mode().Perm())
	}
	key, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("open the key of portal links: %w", err)
	}
	if len(key) != 32 {
		return nil, fmt.Errorf("open the key of portal links %s: %d bytes, it must have 32; restore it from the backup", path, len(key))
	}
	return key, nil
}

func makeLinkKey(path string) ([]byte, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the key of portal links: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the key of portal links: %w", err)
	}
	_, err = f.Write(key)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(path)
		return nil, fmt.Errorf("make the key of portal links %s: %w", path, err)
	}
	return key, nil
}

// token derives a link's token, so that officers can show the link again while
// the database holds only its digest.
func (b *Book) token(caseID, nonce string) string {
	mac := hmac.New(sha256.New, b.o.LinkKey)
	mac.Write([]byte("portal " + caseID + " " + nonce))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}

func (b *Book) linkURL(token string) string { return b.o.PublicURL + "/p/" + token }

func digestOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// link gives the party's link to the case, made if there is none.
func (b *Book) link(ctx context.Context, tx pgx.Tx, caseID string, now time.Time) (string, error) {
	nonce := randomHex()
	token := b.token(caseID, nonce)
	var kept string
	err := tx.QueryRow(ctx, `INSERT INTO portal_link (token_sha256, case_id, nonce, given_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (case_id) DO UPDATE SET given_at = $4 RETURNING nonce`, digestOf(token), caseID, nonce, now).Scan(&kept)
	if err != nil {
		return "", fmt.Errorf("make the portal link of case %s: %w", caseID, err)
	}
	return b.linkURL(b.token(caseID, kept)), nil
}

// shownLink is the link for officers and when it was last given out, "" if none was made.
func (b *Book) shownLink(ctx context.Context, db database, caseID string) (link string, given time.Time, err error) {
	var nonce string
	err = db.QueryRow(ctx, `SELECT nonce, given_at FROM portal_link WHERE case_id = $1`, caseID).Scan(&nonce, &given)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", given, nil
	}
	if err != nil {
		return "", given, fmt.Errorf("read the portal link of case %s: %w", caseID, err)
	}
	return b.linkURL(b.token(caseID, nonce)), given, nil
}

// revokeLink closes the link and all sessions that came of it.
func (b *Book) revokeLink(ctx context.Context, tx pgx.Tx, caseID string) error {
	for _, sql := range []string{`DELETE FROM portal_session WHERE case_id = $1`, `DELETE FROM portal_link WHERE case_id = $1`} {
		if _, err := tx.Exec(ctx, sql, caseID); err != nil {
			return fmt.Errorf("revoke the portal link of case %s: %w", caseID, err)
		}
	}
	return nil
}

func randomHex() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}

// PortalSession changes a link's token for a session. Before is the cookie of the session that
// the browser holds already, "" if none: whoever opens the link again need not show the
// second factor again for the same case.
func (b *Book) PortalSession(ctx context.Context, token, before string, v Visit) (PortalLogin, error) {
	l := PortalLogin{Cookie: randomHex() + randomHex(), CSRF: randomHex(), ExpiresAt: b.now().Add(sessionLife)}
	err := b.o.Pool.QueryRow(ctx, openLink, digestOf(token), b.now().Add(-linkAfter)).Scan(&l.CaseID)
	if errors.Is(err, pgx.ErrNoRows) {
		return PortalLogin{}, ErrLink
	}
	if err != nil {
		return PortalLogin{}, fmt.Errorf("open a portal link: %w", err)
	}
	_, err = b.o.Pool.Exec(ctx, `INSERT INTO portal_session (cookie_sha256, case_id, csrf, address, browser, created_at, expires_at, proved_at) VALUES ($1, $2, $3, $4, $5, $6, $7,
		(SELECT proved_at FROM portal_session WHERE cookie_sha256 = $8 AND case_id = $2 AND expires_at > $6))`,
		digestOf(l.Cookie), l.CaseID, l.CSRF, v.Address, shortened(v.Browser), b.now(), l.ExpiresAt, digestOf(before))
	if err != nil {
		return PortalLogin{}, fmt.Errorf("open a portal session of case %s: %w", l.CaseID, err)
	}
	return l, nil
}

func shortened(browser string) string {
	if r := []rune(browser); len(r) > 200 {
		return string(r[:200])
	}
	return browser
}

// PortalCheck tells which case a portal cookie opens, and its CSRF token.
func (b *Book) PortalCheck(ctx context.Context, cookie string) (caseID, csrf string, err error) {
	err = b.o.Pool.QueryRow(ctx, `SELECT case_id::text, csrf FROM portal_session WHERE cookie_sha256 = $1 AND expires_at > $2`, digestOf(cookie), b.now()).Scan(&caseID, &csrf)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", ErrLink
	}
	if err != nil {
		return "", "", fmt.Errorf("check a portal session: %w", err)
	}
	return caseID, csrf, nil
}
