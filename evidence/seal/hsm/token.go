package hsm

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/miekg/pkcs11"

	"offsite/evidence/seal"
)

// makeEdwards is CKM_EC_EDWARDS_KEY_PAIR_GEN of PKCS#11 3.0, and signEdwards CKM_EDDSA.
const (
	makeEdwards = 0x1055
	signEdwards = 0x1057
)

// curve is the object identifier of Ed25519 (RFC 8410) in DER.
var curve = []byte{0x06, 0x03, 0x2b, 0x65, 0x70}

// Tokens are those that the libraries of this machine reach, for seal.RegisterTokens.
func Tokens() seal.Tokens { return &modules{loaded: map[string]*pkcs11.Ctx{}} }

// modules are the tokens' libraries that this process has loaded: each once, since
// PKCS#11 counts by process.
type modules struct {
	mu     sync.Mutex
	loaded map[string]*pkcs11.Ctx
}

func (m *modules) load(path string) (*pkcs11.Ctx, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx := m.loaded[path]; ctx != nil {
		return ctx, nil
	}
	ctx := pkcs11.New(path)
	if ctx == nil {
		return nil, fmt.Errorf("load the PKCS#11 module %s: there is none, or it does not fit this machine", path)
	}
	if err := ctx.Initialize(); err != nil && !errors.Is(err, pkcs11.Error(pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED)) {
		ctx.Destroy()
		return nil, fmt.Errorf("start the PKCS#11 module %s: %w", path, err)
	}
	m.loaded[path] = ctx
	return ctx, nil
}

// Open returns the key that the URI names.
func (m *modules) Open(uri string) (crypto.Signer, error) {
	n, err := parse(uri)
	if err != nil {
		return nil, err
	}
	if n.id == "" {
		return nil, fmt.Errorf("PKCS#11 URI %.200q: it names no key; offsite key create makes one", uri)
	}
	k := &key{modules: m, name: n}
	return k, k.open()
}

// Generate makes an Ed25519 key in the URI's token.
func (m *modules) Generate(uri string) (string, crypto.Signer, error) {
	n, err := parse(uri)
	if err != nil {
		return "", nil, err
	}
	id := make([]byte, 8)
	rand.Read(id)
	n.id, n.object = string(id), "offsite-seal-"+hex.EncodeToString(id)
	k := &key{modules: m, name: n}
	if err := k.begin(); err != nil {
		return "", nil, err
	}
	both := []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
		pkcs11.NewAttribute(pkcs11.CKA_ID, id),
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, n.object),
	}
	_, _, err = k.ctx.GenerateKeyPair(k.session, []*pkcs11.Mechanism{pkcs11.NewMechanism(makeEdwards, nil)},
		append(both[:3:3], pkcs11.NewAttribute(pkcs11.CKA_EC_PARAMS, curve), pkcs11.NewAttribute(pkcs11.CKA_VERIFY, true)),
		append(both[:3:3], pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true), pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, true),
			pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, false), pkcs11.NewAttribute(pkcs11.CKA_SIGN, true)))
	if err != nil {
		return "", nil, fmt.Errorf("make an Ed25519 key in PKCS#11 token %q: %w; see whether the token knows Ed25519 (CKM_EC_EDWARDS_KEY_PAIR_GEN)", n.token, err)
	}
	return n.String(), k, k.find()
}

// key is an Ed25519 key in a token.
type key struct {
	modules *modules
	name    name

	mu      sync.Mutex // a session does one thing at a time
	ctx     *pkcs11.Ctx
	session pkcs11.SessionHandle
	private pkcs11.ObjectHandle
	public  ed25519.PublicKey
}

func (k *key) open() error {
	if err := k.begin(); err != nil {
		return err
	}
	return k.find()
}

// begin opens a session of the token's user.
func (k *key) begin() error {
	pin, err := k.name.readPIN()
	if err != nil {
		return err
	}
	if k.ctx, err = k.modules.load(k.name.module); err != nil {
		return err
	}
	slot, err := k.slot()
	if err != nil {
		return err
	}
	k.session, err = k.ctx.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	if err != nil {
		return fmt.Errorf("open PKCS#11 token %q: %w", k.name.token, err)
	}
	err = k.ctx.Login(k.session, pkcs11.CKU_USER, pin)
	if err != nil && !errors.Is(err, pkcs11.Error(pkcs11.CKR_USER_ALREADY_LOGGED_IN)) {
		return errors.Join(fmt.Errorf("log in to PKCS#11 token %q: %w; see whether the PIN in %s is the user's", k.name.token, err, k.name.pin), k.ctx.CloseSession(k.session))
	}
	return nil
}

// slot finds the token by its label.
func (k *key) slot() (uint, error) {
	slots, err := k.ctx.GetSlotList(true)
	if err != nil {
		return 0, fmt.Errorf("look for PKCS#11 tokens: %w", err)
	}
	for _, slot := range slots {
		info, err := k.ctx.GetTokenInfo(slot)
		if err == nil && info.Label == k.name.token {
			return slot, nil
		}
	}
	return 0, fmt.Errorf("there is no PKCS#11 token %q among %d; see whether it is plugged in, and with its own tool what it is called", k.name.token, len(slots))
}

// find looks up the key and reads its public part.
func (k *key) find() error {
	var err error
	if k.private, err = k.object(pkcs11.CKO_PRIVATE_KEY); err != nil {
		return err
	}
	public, err := k.object(pkcs11.CKO_PUBLIC_KEY)
	if err != nil {
		return err
	}
	values, err := k.ctx.GetAttributeValue(k.session, public, []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_EC_PARAMS, nil), pkcs11.NewAttribute(pkcs11.CKA_EC_POINT, nil)})
	if err != nil {
		return fmt.Errorf("read public key %q in PKCS#11 token %q: %w", k.name.object, k.name.token, err)
	}
	var point []byte
	if rest, err := asn1.Unmarshal(values[1].Value, &point); err != nil || len(rest) > 0 {
		point = values[1].Value // some tokens give it bare
	}
	if !bytes.Equal(values[0].Value, curve) || len(point) != ed25519.PublicKeySize {
		return fmt.Errorf("key %q in PKCS#11 token %q is no Ed25519 key", k.name.object, k.name.token)
	}
	k.public = ed25519.PublicKey(point)
	return nil
}

func (k *key) object(class uint) (pkcs11.ObjectHandle, error) {
	err := k.ctx.FindObjectsInit(k.session, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, class), pkcs11.NewAttribute(pkcs11.CKA_ID, []byte(k.name.id))})
	if err != nil {
		return 0, fmt.Errorf("look for key %q in PKCS#11 token %q: %w", k.name.object, k.name.token, err)
	}
	found, _, err := k.ctx.FindObjects(k.session, 2)
	if err := errors.Join(err, k.ctx.FindObjectsFinal(k.session)); err != nil {
		return 0, fmt.Errorf("look for key %q in PKCS#11 token %q: %w", k.name.object, k.name.token, err)
	}
	if len(found) != 1 {
		return 0, fmt.Errorf("PKCS#11 token %q has %d keys of the id %x; bring the token back that sealed before, or begin with offsite key rotate", k.name.token, len(found), k.name.id)
	}
	return found[0], nil
}

// Public is the public key.
func (k *key) Public() crypto.PublicKey { return k.public }

// Sign makes a pure Ed25519 signature in the token. Where the session is gone, as after
// a token was unplugged, it is opened again.
func (k *key) Sign(_ io.Reader, message []byte, o crypto.SignerOpts) ([]byte, error) {
	if o.HashFunc() != crypto.Hash(0) {
		return nil, errors.New("sign in a PKCS#11 token: only pure Ed25519 is known")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	signature, err := k.sign(message)
	if err != nil {
		was := k.public
		_ = k.ctx.CloseSession(k.session) // it may be gone
		if again := k.open(); again != nil {
			return nil, errors.Join(err, again)
		}
		if !was.Equal(k.public) {
			return nil, fmt.Errorf("PKCS#11 token %q holds another key now under the same name", k.name.token)
		}
		signature, err = k.sign(message)
	}
	if err == nil && !ed25519.Verify(k.public, message, signature) {
		err = errors.New("its signature does not hold")
	}
	if err != nil {
		return nil, fmt.Errorf("sign with key %q in PKCS#11 token %q: %w", k.name.object, k.name.token, err)
	}
	return signature, nil
}

func (k *key) sign(message []byte) ([]byte, error) {
	if err := k.ctx.SignInit(k.session, []*pkcs11.Mechanism{pkcs11.NewMechanism(signEdwards, nil)}, k.private); err != nil {
		return nil, err
	}
	return k.ctx.Sign(k.session, message)
}
