package api

import "github.com/danielgtaylor/huma/v2"

// Reached is where the caller reached us. An input embeds it when the answer
// holds links for people. The gateway lets no request pass whose Host is none of
// its own names, so the header is to be trusted.
type Reached struct{ at string }

// Resolve reads the headers that the gateway adds.
func (r *Reached) Resolve(ctx huma.Context) []error {
	scheme, host := ctx.Header("X-Forwarded-Proto"), ctx.Header("Host")
	if scheme != "http" { // the local gateway's
		scheme = "https"
	}
	if host == "" {
		host = ctx.Host()
	}
	r.at = scheme + "://" + host
	return nil
}

// Link is the absolute form of a path of ours.
func (r *Reached) Link(path string) string { return r.at + path }
