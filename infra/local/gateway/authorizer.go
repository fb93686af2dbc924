package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

// Authorizer checks tokens as the JWT authorizer does ("Control access to HTTP APIs with JWT authorizers",
// http-api-jwt-authorizer.html). It compares with real time: it guards against the outside.
type Authorizer struct {
	Issuer   string
	Audience []string // the token's aud (or client_id, when it has no aud) must have one of them
	Keys     jwk.Set
}

// Caller is what a function is told of a token: every claim as a string.
type Caller struct {
	Claims map[string]string
	Scopes []string // those of the route that the token has
}

var (
	errMissing = errors.New("no token")
	errScope   = errors.New("none of the route's scopes")
)

// Check returns errMissing, errScope, or why the token is invalid.
func (a *Authorizer) Check(authorization string, scopes []string) (*Caller, error) {
	text := strings.TrimSpace(authorization)
	if scheme, token, ok := strings.Cut(text, " "); ok && strings.EqualFold(scheme, "Bearer") {
		text = strings.TrimSpace(token)
	}
	if text == "" {
		return nil, errMissing
	}
	token, err := jwt.ParseString(text, jwt.WithKeySet(a.Keys), jwt.WithIssuer(a.Issuer), jwt.WithRequiredClaim(jwt.ExpirationKey))
	switch {
	case errors.Is(err, jwt.TokenExpiredError()):
		return nil, errors.New("the token has expired")
	case errors.Is(err, jwt.InvalidIssuerError()):
		return nil, errors.New("the token does not have a valid issuer")
	case errors.Is(err, jwt.TokenNotYetValidError()):
		return nil, errors.New("the token is not valid yet")
	case err != nil:
		return nil, errors.New("the token is malformed or was not signed by the issuer")
	}
	if !a.meant(token) {
		return nil, errors.New("the token does not have a valid audience")
	}
	granted := scopesOf(token)
	var have []string
	for _, scope := range scopes {
		if slices.Contains(granted, scope) {
			have = append(have, scope)
		}
	}
	if len(scopes) > 0 && len(have) == 0 {
		return nil, errScope
	}
	claims, err := claims(token)
	if err != nil {
		return nil, err
	}
	return &Caller{Claims: claims, Scopes: have}, nil
}

// meant says whether the token is for this API.
func (a *Authorizer) meant(token jwt.Token) bool {
	audience, _ := token.Audience()
	var client string
	if len(audience) == 0 && token.Get("client_id", &client) == nil {
		audience = []string{client}
	}
	return slices.ContainsFunc(audience, func(s string) bool { return slices.Contains(a.Audience, s) })
}

// scopesOf reads the claim scope, or scp, as a text of words.
func scopesOf(token jwt.Token) []string {
	for _, name := range []string{"scope", "scp"} {
		var words string
		if token.Get(name, &words) == nil {
			return strings.Fields(words)
		}
	}
	return nil
}

// claims are handed over as texts: a list [1,2] becomes "[1 2]", anything else its JSON text.
func claims(token jwt.Token) (map[string]string, error) {
	raw, err := json.Marshal(token)
	if err != nil {
		return nil, err
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(raw, &values); err != nil {
		return nil, err
	}
	out := make(map[string]string, len(values))
	for name, value := range values {
		out[name] = claim(value)
	}
	return out, nil
}

func claim(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil {
		return string(value)
	}
	words := make([]string, len(list))
	for i, item := range list {
		words[i] = claim(item)
	}
	return "[" + strings.Join(words, " ") + "]"
}

// challenge is the WWW-Authenticate header of a 401.
func challenge(err error) string {
	if errors.Is(err, errMissing) {
		return "Bearer"
	}
	return fmt.Sprintf(`Bearer scope="" error="invalid_token" error_description=%q`, err.Error())
}
