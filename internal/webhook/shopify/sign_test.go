package shopify_test

import (
	"net/http"
	"testing"

	"guanxi/internal/webhook/shopify"
)

const secret = "hush-hush-hush-hush"

func signed(body []byte, with string) http.Header {
	h := http.Header{}
	h.Set(shopify.HeaderSignature, shopify.Sign(body, with))
	return h
}

// TestSign pins the scheme against a value computed by openssl:
// printf '{"id":1}' | openssl dgst -sha256 -hmac hush-hush-hush-hush -binary | base64
func TestSign(t *testing.T) {
	const want = "gqb/mZI8OCf3/j3Ur1xqzHGfmqHHhNnpOakaVHyc9dw="
	if got := shopify.Sign([]byte(`{"id":1}`), secret); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestVerify(t *testing.T) {
	body := []byte(`{"id":1}`)
	for name, c := range map[string]struct {
		headers http.Header
		body    []byte
		secrets []string
		want    bool
	}{
		"right":               {signed(body, secret), body, []string{secret}, true},
		"old while rotating":  {signed(body, secret), body, []string{"a-newer-secret-one", secret}, true},
		"new while rotating":  {signed(body, secret), body, []string{secret, "an-older-secret-one"}, true},
		"another secret":      {signed(body, "another-secret-word"), body, []string{secret}, false},
		"another body":        {signed(body, secret), []byte(`{"id":2}`), []string{secret}, false},
		"no signature":        {http.Header{}, body, []string{secret}, false},
		"no secret":           {signed(body, secret), body, nil, false},
		"signature cut short": {http.Header{shopify.HeaderSignature: {shopify.Sign(body, secret)[:20]}}, body, []string{secret}, false},
	} {
		if got := (shopify.Platform{}).Verify(c.headers, c.body, c.secrets); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// FuzzVerify: no signature passes but the one that Sign makes.
func FuzzVerify(f *testing.F) {
	f.Add([]byte(`{"id":1}`), "c2lnbmF0dXJl")
	f.Add([]byte(``), "")
	f.Fuzz(func(t *testing.T, body []byte, signature string) {
		h := http.Header{shopify.HeaderSignature: {signature}}
		if (shopify.Platform{}).Verify(h, body, []string{secret}) != (signature == shopify.Sign(body, secret)) {
			t.Fatalf("%q over %q", signature, body)
		}
	})
}
