package seal

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
)

// vault is a master key that wraps by remembering, and keeps to the context.
type vault struct {
	kept  []kept
	asked int
	down  bool
}

type kept struct {
	clear   []byte
	context map[string]string
}

func (v *vault) Encrypt(_ context.Context, clear []byte, context map[string]string) ([]byte, error) {
	v.kept = append(v.kept, kept{bytes.Clone(clear), context})
	return []byte{byte(len(v.kept) - 1)}, nil
}

func (v *vault) Decrypt(_ context.Context, wrapped []byte, context map[string]string) ([]byte, error) {
	v.asked++
	if v.down {
		return nil, errors.New("the vault is closed")
	}
	if len(wrapped) != 1 || int(wrapped[0]) >= len(v.kept) || !maps.Equal(v.kept[wrapped[0]].context, context) {
		return nil, errors.New("not wrapped here, or in another context")
	}
	return bytes.Clone(v.kept[wrapped[0]].clear), nil
}

// shelf holds wrapped key sets.
type shelf map[Class][]byte

func (s shelf) Wrapped(_ context.Context, class Class) ([]byte, error) { return s[class], nil }

func newKeys(t testing.TB) (*Keys, shelf, *vault) {
	v, s := &vault{}, shelf{}
	for _, class := range Classes() {
		wrapped, err := NewWrapped(t.Context(), v, class)
		if err != nil {
			t.Fatal(err)
		}
		s[class] = wrapped
	}
	return NewKeys(s, v), s, v
}

func TestWhatIsSealedOpensOnlyInItsPlaceAndClass(t *testing.T) {
	keys, _, _ := newKeys(t)
	place := Bind("C#cus_1", "PROFILE", "sealed", "1")
	blob, err := keys.Seal(t.Context(), Contact, []byte("13812345678"), place)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(blob, []byte("13812345678")) {
		t.Error("the blob shows what it hides")
	}
	clear, err := keys.Open(t.Context(), Contact, blob, place)
	if err != nil || string(clear) != "13812345678" {
		t.Errorf("opened %q, %v", clear, err)
	}
	again, err := keys.Seal(t.Context(), Contact, []byte("13812345678"), place)
	if err != nil || bytes.Equal(blob, again) {
		t.Errorf("two blobs of one value are equal (%v)", err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another key": func() ([]byte, error) {
			return keys.Open(t.Context(), Contact, blob, Bind("C#cus_2", "PROFILE", "sealed", "1"))
		},
		"another version": func() ([]byte, error) {
			return keys.Open(t.Context(), Contact, blob, Bind("C#cus_1", "PROFILE", "sealed", "2"))
		},
		"another class": func() ([]byte, error) { return keys.Open(t.Context(), Amount, blob, place) },
		"a changed bit": func() ([]byte, error) {
			changed := bytes.Clone(blob)
			changed[len(changed)-1] ^= 1
			return keys.Open(t.Context(), Contact, changed, place)
		},
		"nothing": func() ([]byte, error) { return keys.Open(t.Context(), Contact, nil, place) },
	} {
		if clear, err := open(); err == nil {
			t.Errorf("%s: opened as %q", name, clear)
		}
	}
}

func TestKeysAreUnwrappedOnceAndAgainAfterAFailure(t *testing.T) {
	keys, _, vault := newKeys(t)
	vault.down = true
	if _, err := keys.Seal(t.Context(), Amount, nil, nil); crm.KindOf(err) != crm.Unavailable {
		t.Errorf("while the vault is closed: %v", err)
	}
	if _, err := keys.Index(t.Context(), "phone", "+8613812345678"); crm.KindOf(err) != crm.Unavailable {
		t.Errorf("while the vault is closed: %v", err)
	}
	vault.down = false
	before := vault.asked
	for range 3 {
		if _, err := keys.Seal(t.Context(), Amount, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	if asked := vault.asked - before; asked != 1 {
		t.Errorf("unwrapped %d times", asked)
	}
}

func TestAKeySetOfAnotherClassIsRefused(t *testing.T) {
	_, shelf, vault := newKeys(t)
	shelf[Contact] = shelf[Amount]
	if _, err := NewKeys(shelf, vault).Seal(t.Context(), Contact, nil, nil); err == nil {
		t.Error("the encryption context was not held to")
	}
}

// A process that read its keys before a rotation meets what is sealed after it.
func TestRotationLocksNobodyOut(t *testing.T) {
	old, shelf, vault := newKeys(t)
	place := Bind("here")
	first, err := old.Seal(t.Context(), Contact, []byte("first"), place)
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := Rotate(t.Context(), vault, Contact, shelf[Contact])
	if err != nil {
		t.Fatal(err)
	}
	shelf[Contact] = rotated
	young := NewKeys(shelf, vault)
	second, err := young.Seal(t.Context(), Contact, []byte("second"), place)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(first[:5], second[:5]) {
		t.Error("the key that seals was not replaced")
	}
	for blob, keys := range map[string]*Keys{string(first): young, string(second): old} {
		if _, err := keys.Open(t.Context(), Contact, []byte(blob), place); err != nil {
			t.Error(err)
		}
	}
	if _, err := Rotate(t.Context(), vault, Index, shelf[Index]); crm.KindOf(err) != crm.Invalid {
		t.Errorf("an index key was rotated: %v", err)
	}
}

func TestIndexesAreStableAndKeptApart(t *testing.T) {
	keys, shelf, vault := newKeys(t)
	index := func(k *Keys, kind, value string) string {
		i, err := k.Index(t.Context(), kind, value)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	a := index(keys, "phone", "+8613812345678")
	if b := index(NewKeys(shelf, vault), "phone", "+8613812345678"); a != b {
		t.Errorf("%s, then %s", a, b)
	}
	others, _, _ := newKeys(t)
	for _, other := range []string{index(keys, "card", "+8613812345678"), index(keys, "phone", "+8613812345679"), index(others, "phone", "+8613812345678")} {
		if other == a {
			t.Errorf("two things share the index %s", a)
		}
	}
	if len(a) != 22 || strings.Trim(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		t.Errorf("not short and URL-safe: %q", a)
	}
}

func TestNoTwoPlacesBindAlike(t *testing.T) {
	parts := rapid.SliceOfN(rapid.StringN(0, 3, 6), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		a, b := parts.Draw(t, "a"), parts.Draw(t, "b")
		same := strings.Join(a, "\x00") == strings.Join(b, "\x00") && len(a) == len(b)
		if bytes.Equal(Bind(a...), Bind(b...)) != same {
			t.Errorf("%q and %q", a, b)
		}
	})
}
