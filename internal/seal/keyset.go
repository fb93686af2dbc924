package seal

import (
	"bytes"
	"context"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"

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

// NewWrapped makes the first key set of a class. Whoever stores it must do so
// on the condition that there is none yet.
func NewWrapped(ctx context.Context, w Wrapper, class Class) ([]byte, error) {
	manager := keyset.NewManager()
	template := aead.XAES256GCM192BitNonceKeyTemplate()
	if class == Index {
		template = prf.HMACSHA256PRFKeyTemplate()
	}
	first, err := manager.Add(template)
	if err != nil {
		return nil, &crm.Error{Op: "seal.NewWrapped", Err: err}
	}
	if err := manager.SetPrimary(first); err != nil {
		return nil, &crm.Error{Op: "seal.NewWrapped", Err: err}
	}
	if class != Index { // the successor, see Rotate
		if _, err := manager.Add(template); err != nil {
			return nil, &crm.Error{Op: "seal.NewWrapped", Err: err}
		}
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
	return m.wrapper.Encrypt(ctx, clear, encryptionContext(class))
}

func (m master) DecryptWithContext(ctx context.Context, wrapped, class []byte) ([]byte, error) {
	return m.unwrapper.Decrypt(ctx, wrapped, encryptionContext(class))
}

func encryptionContext(class []byte) map[string]string {
	return map[string]string{"guanxi:class": string(class)}
}
