package gateway

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

// Issuer mints tokens for the local API and publishes its key as an OpenID provider does. Anyone on this machine may ask
// it for any token: it stands for the sign-in of a deployment, and listens on loopback only.
type Issuer struct {
	url      string
	audience []string
	key      jwk.Key
	public   jwk.Set
}

const tokenLife = 24 * time.Hour

// Grant is what a token shall say.
type Grant struct {
	Subject  string         `json:"sub"`
	Audience []string       `json:"aud,omitempty"` // none: the API's own
	Issuer   string         `json:"iss,omitempty"` // "": the local issuer's; another makes a token that must be refused
	Scope    string         `json:"scope,omitempty"`
	ValidFor time.Duration  `json:"-"` // 0 means a day; a negative one has expired
	Claims   map[string]any `json:"claims,omitempty"`
}

// NewIssuer keeps its key in the file, so that tokens outlive a restart; file "" makes a key for this run.
func NewIssuer(url string, audience []string, file string) (*Issuer, error) {
	key, err := signingKey(file)
	if err != nil {
		return nil, fmt.Errorf("the token issuer's key: %w", err)
	}
	public := jwk.NewSet()
	published, err := key.PublicKey()
	if err != nil {
		return nil, err
	}
	if err := public.AddKey(published); err != nil {
		return nil, err
	}
	return &Issuer{url: url, audience: audience, key: key, public: public}, nil
}

func signingKey(file string) (jwk.Key, error) {
	if file != "" {
		text, err := os.ReadFile(file)
		if err == nil {
			return jwk.ParseKey(text)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	key, err := jwk.Import(private)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(jwk.AssignKeyID(key), key.Set(jwk.AlgorithmKey, jwa.RS256()), key.Set(jwk.KeyUsageKey, "sig")); err != nil {
		return nil, err
	}
	if file == "" {
		return key, nil
	}
	text, err := json.Marshal(key)
	if err != nil {
		return nil, err
	}
	// Whole or not at all: half a key would stop every later start.
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return nil, err
	}
	return key, os.Rename(file+".new", file)
}

// Authorizer accepts this issuer's tokens for its audience.
func (i *Issuer) Authorizer() *Authorizer {
	return &Authorizer{Issuer: i.url, Audience: i.audience, Keys: i.public}
}

// Token mints a token, dated by real time as the authorizer reads it.
func (i *Issuer) Token(g Grant) (string, error) {
	if g.ValidFor == 0 {
		g.ValidFor = tokenLife
	}
	if g.Audience == nil {
		g.Audience = i.audience
	}
	if g.Issuer == "" {
		g.Issuer = i.url
	}
	expires := time.Now().Add(g.ValidFor)
	b := jwt.NewBuilder().Issuer(g.Issuer).Subject(g.Subject).Audience(g.Audience).
		IssuedAt(expires.Add(-max(g.ValidFor, tokenLife))).Expiration(expires)
	if g.Scope != "" {
		b = b.Claim("scope", g.Scope)
	}
	for name, value := range g.Claims {
		b = b.Claim(name, value)
	}
	token, err := b.Build()
	if err != nil {
		return "", err
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.RS256(), i.key))
	return string(signed), err
}

// Handler answers OpenID discovery and the key set, and mints: POST /token with a Grant, valid_for in seconds.
func (i *Issuer) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{
			"issuer":                                i.url,
			"jwks_uri":                              i.url + "/.well-known/jwks.json",
			"token_endpoint":                        i.url + "/token",
			"id_token_signing_alg_values_supported": []string{"RS256"},
			"response_types_supported":              []string{"token"},
			"subject_types_supported":               []string{"public"},
		})
	})
	mux.HandleFunc("GET /.well-known/jwks.json", func(w http.ResponseWriter, _ *http.Request) { reply(w, i.public) })
	mux.HandleFunc("POST /token", i.mint)
	return mux
}

func (i *Issuer) mint(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Grant
		Seconds int `json:"valid_for"`
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&ask); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	ask.ValidFor = time.Duration(ask.Seconds) * time.Second
	token, err := i.Token(ask.Grant)
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	reply(w, map[string]any{"access_token": token, "token_type": "Bearer"})
}

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}
