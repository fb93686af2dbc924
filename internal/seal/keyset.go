package seal

import (
	"bytes"
	"context"
	"crypto/rand"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"guanxi/internal/crm"
)

// Unwrapper decrypts under the master key. The context must equal the one at
// encryption; KMS writes it into its audit trail.
type Unwrapper interface {
	Decrypt(ctx context.Context, wrapped []byte, context map[string]string) ([]byte, error)
}

// Wrapper encrypts under the master key.
type Wrapper interface {
	Encrypt(ctx context.Context, clear []byte, context map[string]string) ([]byte, error)
}

// indexKeySize is that of SHA-256's output: more would add nothing.
const indexKeySize = 32

// NewWrapped makes the first keys of a class. Whoever stores them must do so on
// the condition that there are none yet.
func NewWrapped(ctx context.Context, w Wrapper, class Class) ([]byte, error) {
	if class == Index {
		key := make([]byte, indexKeySize)
		rand.Read(key) // never fails since Go 1.24
		wrapped, err := w.Encrypt(ctx, key, encryptionContext(class))
		if err != nil {
			return nil, &crm.Error{Op: "seal.NewWrapped", Kind: crm.Unavailable, Err: err}
		}
		return wrapped, nil
	}
	manager := keyset.NewManager()
	first, err := manager.Add(aead.XAES256GCM192BitNonceKeyTemplate())
	if err == nil {
		err = manager.SetPrimary(first)
	}
	if err == nil { // the successor, see Rotate
		_, err = manager.Add(aead.XAES256GCM192BitNonceKeyTemplate())
	}
	if err != nil {
		return nil, &crm.Error{Op: "seal.NewWrapped", Err: err}
	}
	return wrap(ctx, w, class, manager)
}

// Rotate makes the waiting successor the key that seals and puts a new
// successor behind it; the old keys still open. A process that unwrapped the
// set before this rotation knows the successor already, so none meets a key
// that it has never seen, as long as a process does not outlive two rotations.
func Rotate(ctx context.Context, master interface {
	Wrapper
	Unwrapper
}, class Class, wrapped []byte) ([]byte, error) {
	if class == Index {
		return nil, crm.Fail("seal.Rotate", crm.Invalid, "indexes are looked up by equality: a new key would find nobody")
	}
	handle, err := unwrap(ctx, master, class, wrapped)
	if err != nil {
		return nil, err
	}
	newest, err := handle.Entry(handle.Len() - 1)
	if err != nil {
		return nil, &crm.Error{Op: "seal.Rotate", Err: err}
	}
	manager := keyset.NewManagerFromHandle(handle)
	if err := manager.SetPrimary(newest.KeyID()); err != nil {
		return nil, &crm.Error{Op: "seal.Rotate", Err: err}
	}
	if _, err := manager.Add(aead.XAES256GCM192BitNonceKeyTemplate()); err != nil {
		return nil, &crm.Error{Op: "seal.Rotate", Err: err}
	}
	return wrap(ctx, master, class, manager)
}

func wrap(ctx context.Context, w Wrapper, class Class, manager *keyset.Manager) ([]byte, error) {
	handle, err := manager.Handle()
	if err != nil {
		return nil, &crm.Error{Op: "seal.wrap", Err: err}
	}
	var wrapped bytes.Buffer
	if err := handle.WriteWithContext(ctx, keyset.NewBinaryWriter(&wrapped), master{wrapper: w}, []byte(class)); err != nil {
		return nil, &crm.Error{Op: "seal.wrap", Kind: crm.Unavailable, Err: err}
	}
	return wrapped.Bytes(), nil
}

func unwrap(ctx context.Context, u Unwrapper, class Class, wrapped []byte) (*keyset.Handle, error) {
	handle, err := keyset.ReadWithContext(ctx, keyset.NewBinaryReader(bytes.NewReader(wrapped)), master{unwrapper: u}, []byte(class))
	if err != nil {
		return nil, &crm.Error{Op: "seal.unwrap", Kind: crm.Unavailable, Err: err}
	}
	return handle, nil
}

// master shows our ports to tink as the key that encrypts key sets; its
// associated data, the class, becomes the encryption context.
type master struct {
	wrapper   Wrapper
	unwrapper Unwrapper
}

func (m master) EncryptWithContext(ctx context.Context, clear, class []byte) ([]byte, error) {
	return m.wrapper.Encrypt(ctx, clear, encryptionContext(Class(class)))
}

func (m master) DecryptWithContext(ctx context.Context, wrapped, class []byte) ([]byte, error) {
	return m.unwrapper.Decrypt(ctx, wrapped, encryptionContext(Class(class)))
}

func encryptionContext(class Class) map[string]string {
	return map[string]string{"guanxi:class": string(class)}
}
