package gateway

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// CORS is the API's own answer to cross-origin requests ("Configure CORS for HTTP APIs", http-api-cors.html): it answers
// preflight requests itself, and its headers replace the functions'.
type CORS struct {
	Origins, Methods, Headers, Expose []string // each may be "*"
	Credentials                       bool
	MaxAge                            int // seconds
}

// preflight answers an OPTIONS request that asks for permission; false when it wasn't one.
func (c *CORS) preflight(w http.ResponseWriter, r *http.Request) bool {
	if c == nil || r.Method != http.MethodOptions || r.Header.Get("Origin") == "" || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h := w.Header()
	if c.decorate(h, r); h.Get("Access-Control-Allow-Origin") != "" {
		set(h, "Access-Control-Allow-Methods", c.Methods)
		set(h, "Access-Control-Allow-Headers", c.Headers)
		if c.MaxAge > 0 {
			h.Set("Access-Control-Max-Age", strconv.Itoa(c.MaxAge))
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

// decorate adds the headers of a response to an allowed origin.
func (c *CORS) decorate(h http.Header, r *http.Request) {
	origin := r.Header.Get("Origin")
	if c == nil || origin == "" {
		return
	}
	switch {
	case slices.Contains(c.Origins, "*"):
		h.Set("Access-Control-Allow-Origin", "*")
	case slices.ContainsFunc(c.Origins, func(o string) bool { return strings.EqualFold(o, origin) }):
		h.Set("Access-Control-Allow-Origin", origin)
		h.Add("Vary", "Origin")
	default:
		return
	}
	if c.Credentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	set(h, "Access-Control-Expose-Headers", c.Expose)
}

func set(h http.Header, name string, values []string) {
	if len(values) > 0 {
		h.Set(name, strings.Join(values, ","))
	}
}
