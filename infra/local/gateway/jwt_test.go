package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/lestrrat-go/jwx/v3/jwk"
)

func issuer(t *testing.T, file string) *Issuer {
	t.Helper()
	i, err := NewIssuer("http://issuer.test", []string{"guanxi", "other"}, file)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func token(t *testing.T, i *Issuer, g Grant) string {
	t.Helper()
	text, err := i.Token(g)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// http-api-jwt-authorizer.html: "Authorizing API requests".
func TestTheAuthorizer(t *testing.T) {
	i := issuer(t, "")
	f := &function{}
	s := serve(t, Config{Authorizer: i.Authorizer(), Routes: []Route{
		{Method: "GET", Path: "/", Function: f, Authorized: true},
		{Method: "GET", Path: "/open", Function: f},
		{Method: "GET", Path: "/scoped", Function: f, Authorized: true, Scopes: []string{"read", "write"}},
	}})
	get := func(path, authorization string) *http.Response {
		if authorization == "" {
			return request(t, "GET", s.URL+path, "")
		}
		return request(t, "GET", s.URL+path, "", "Authorization", authorization)
	}
	for _, c := range []struct{ what, path, authorization string }{
		{"no authorizer", "/open", ""},
		{"a good token", "/", "Bearer " + token(t, i, Grant{Subject: "manager"})},
		{"without Bearer", "/", token(t, i, Grant{Subject: "manager"})},
		{"one of several audiences", "/", "Bearer " + token(t, i, Grant{Audience: []string{"x", "other"}})},
		{"client_id when there is no aud", "/", "Bearer " + token(t, i, Grant{Audience: []string{}, Claims: map[string]any{"client_id": "guanxi"}})},
		{"one of the scopes", "/scoped", "Bearer " + token(t, i, Grant{Scope: "x read"})},
	} {
		if r := get(c.path, c.authorization); r.StatusCode != 204 {
			t.Errorf("%s: %d", c.what, r.StatusCode)
		}
	}
	another := issuer(t, "")
	for _, c := range []struct{ what, authorization, challenge string }{
		{"no token", "", `Bearer`},
		{"no token at all", "Bearer x", `Bearer scope="" error="invalid_token" error_description="the token is malformed or was not signed by the issuer"`},
		{"expired", "Bearer " + token(t, i, Grant{ValidFor: -time.Minute}), `Bearer scope="" error="invalid_token" error_description="the token has expired"`},
		{"another audience", "Bearer " + token(t, i, Grant{Audience: []string{"x"}}), `Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"`},
		{"another issuer", "Bearer " + token(t, i, Grant{Issuer: "https://elsewhere"}), `Bearer scope="" error="invalid_token" error_description="the token does not have a valid issuer"`},
		{"another key", "Bearer " + token(t, another, Grant{}), `Bearer scope="" error="invalid_token" error_description="the token is malformed or was not signed by the issuer"`},
		{"not yet valid", "Bearer " + token(t, i, Grant{Claims: map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}}), `Bearer scope="" error="invalid_token" error_description="the token is not valid yet"`},
	} {
		r := get("/", c.authorization)
		if got := r.Header.Get("Www-Authenticate"); got != c.challenge {
			t.Errorf("%s: %s, want %s", c.what, got, c.challenge)
		}
		expect(t, r, 401, `{"message":"Unauthorized"}`)
	}
	expect(t, get("/scoped", "Bearer "+token(t, i, Grant{Scope: "delete"})), 403, `{"message":"Forbidden"}`)
}

// Same page: the claims reach the function; HTTP APIs hand every one over as a text, lists as "[a b]".
func TestClaimsAreTexts(t *testing.T) {
	i := issuer(t, "")
	f := &function{}
	s := serve(t, Config{Authorizer: i.Authorizer(), Routes: []Route{{Method: "GET", Path: "/", Function: f, Authorized: true}}})
	text := token(t, i, Grant{Subject: "sales", Audience: []string{"guanxi"}, Claims: map[string]any{"stores": []string{"a", "b"}, "level": 3, "staff": true}})
	request(t, "GET", s.URL+"/", "", "Authorization", "Bearer "+text)
	got := f.event.RequestContext.Authorizer.JWT.Claims
	delete(got, "iat")
	delete(got, "exp")
	want := map[string]string{"sub": "sales", "iss": "http://issuer.test", "aud": "[guanxi]", "stores": "[a b]", "level": "3", "staff": "true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheIssuersKeyOutlivesARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "issuer.jwk")
	text := token(t, issuer(t, file), Grant{Subject: "admin"})
	if _, err := issuer(t, file).Authorizer().Check("Bearer "+text, nil); err != nil {
		t.Error(err)
	}
}

// OpenID Connect Discovery 1.0, section 4: what a client finds is what signs.
func TestDiscoveryAndMinting(t *testing.T) {
	i := issuer(t, "")
	s := httptest.NewServer(i.Handler())
	defer s.Close()
	var found struct{ Issuer string }
	if err := json.NewDecoder(request(t, "GET", s.URL+"/.well-known/openid-configuration", "").Body).Decode(&found); err != nil || found.Issuer != "http://issuer.test" {
		t.Errorf("discovery = %+v, %v", found, err)
	}
	keys, err := jwk.ParseReader(request(t, "GET", s.URL+"/.well-known/jwks.json", "").Body)
	if err != nil {
		t.Fatal(err)
	}
	key, _ := keys.Key(0)
	if private, err := jwk.IsPrivateKey(key); err != nil || private {
		t.Errorf("the private key is published (%v)", err)
	}
	var minted struct {
		Token string `json:"access_token"`
	}
	r, err := http.Post(s.URL+"/token", "application/json", bytes.NewBufferString(`{"sub":"store","valid_for":60}`))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(&minted); err != nil {
		t.Fatal(err)
	}
	outside := Authorizer{Issuer: "http://issuer.test", Audience: []string{"guanxi"}, Keys: keys}
	if c, err := outside.Check(minted.Token, nil); err != nil || c.Claims["sub"] != "store" {
		t.Errorf("caller %+v, %v", c, err)
	}
}
