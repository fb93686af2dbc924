// Package gateway serves an HTTP API as Amazon API Gateway does: it picks the route, asks the JWT authorizer, throttles,
// hands the request to the route's function in payload format 2.0 and turns the answer into an HTTP response.
//
// It owns what a client sees when no function was asked or none answered: 401, 403, 404, 413, 429, 500 and 503 have API
// Gateway's own bodies. It also owns the local token issuer (jwt.go), which stands for the real one.
//
// The pages cited are those of the API Gateway Developer Guide, docs.aws.amazon.com/apigateway/latest/developerguide/….
package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
)

const (
	// MaxBody is the largest request body in bytes ("Quotas for HTTP APIs", http-api-quotas.html).
	MaxBody = 10 << 20
	// MaxHead is the most that the request line and the values of all headers may have together, in bytes (same page; it
	// names no status, so RFC 6585's is given).
	MaxHead = 10240
	// MaxTimeout is how long a function may take to answer (same page); the template may ask for less.
	MaxTimeout = 30 * time.Second
)

// Invoker is a function. Its errors are a function's failure, but for one whose Throttled method says true.
type Invoker interface {
	Invoke(ctx context.Context, event []byte) ([]byte, error)
}

// Route is a method (or ANY) and a path of literals, {name} and a last {name+}; Path "" is $default.
type Route struct {
	Method, Path string
	Function     Invoker
	Timeout      time.Duration // 0 means MaxTimeout
	Authorized   bool          // asks the authorizer
	Scopes       []string      // the token must have one of them; none: any token will do
	Throttle     Throttle
}

// Config describes one HTTP API.
type Config struct {
	Routes     []Route
	Authorizer *Authorizer // may be nil when no route asks it
	CORS       *CORS       // nil leaves cross-origin requests to the functions
	APIID      string
	Account    string
	Now        func() time.Time // the time that events carry
}

// Gateway is the HTTP API's handler.
type Gateway struct {
	config Config
	routes []route
}

// New refuses two routes with the same key and paths that it can't read.
func New(c Config) (*Gateway, error) {
	g := &Gateway{config: c}
	keys := map[string]bool{}
	for _, r := range c.Routes {
		parsed, err := parse(r)
		if err != nil {
			return nil, err
		}
		if keys[parsed.key] {
			return nil, fmt.Errorf("route %s is there twice", parsed.key)
		}
		if r.Authorized && c.Authorizer == nil {
			return nil, fmt.Errorf("route %s needs an authorizer", parsed.key)
		}
		keys[parsed.key] = true
		g.routes = append(g.routes, parsed)
	}
	return g, nil
}

func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := uuid.NewString()
	w.Header().Set("Apigw-Requestid", id)
	if g.config.CORS.preflight(w, r) {
		return
	}
	g.config.CORS.decorate(w.Header(), r)
	if headSize(r) > MaxHead {
		refuse(w, http.StatusRequestHeaderFieldsTooLarge, "Request Header Fields Too Large")
		return
	}
	route, parameters := match(g.routes, r.Method, r.URL.EscapedPath())
	if route == nil {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	if !route.bucket.take(time.Now()) {
		refuse(w, http.StatusTooManyRequests, "Too Many Requests")
		return
	}
	caller, ok := g.authorize(w, r, route)
	if !ok {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	case err != nil:
		refuse(w, http.StatusBadRequest, "Bad Request")
		return
	}
	event, err := g.event(r, id, route, parameters, caller, body)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	g.invoke(w, r, route, event)
}

// headSize is what counts towards MaxHead.
func headSize(r *http.Request) int {
	size := len(r.Method) + len(r.URL.RequestURI()) + len(r.Proto)
	for _, values := range r.Header {
		for _, value := range values {
			size += len(value)
		}
	}
	return size
}

func (g *Gateway) authorize(w http.ResponseWriter, r *http.Request, route *route) (*Caller, bool) {
	if !route.Authorized {
		return nil, true
	}
	caller, err := g.config.Authorizer.Check(r.Header.Get("Authorization"), route.Scopes)
	switch {
	case err == nil:
		return caller, true
	case errors.Is(err, errScope):
		refuse(w, http.StatusForbidden, "Forbidden")
	default:
		w.Header().Set("Www-Authenticate", challenge(err))
		refuse(w, http.StatusUnauthorized, "Unauthorized")
	}
	return nil, false
}

// invoke waits for the function as long as the integration's time-out allows. A client that goes away ends nothing.
func (g *Gateway) invoke(w http.ResponseWriter, r *http.Request, route *route, event []byte) {
	timeout := MaxTimeout
	if route.Timeout > 0 {
		timeout = min(timeout, route.Timeout)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), timeout)
	defer cancel()
	answer, err := route.Function.Invoke(ctx, event)
	if errors.Is(err, context.DeadlineExceeded) {
		refuse(w, http.StatusServiceUnavailable, "Service Unavailable")
		return
	}
	// A throttle of the function's is an internal error to the client as well: "Handling Lambda errors with an API
	// Gateway API", lambda/latest/dg/services-apigateway-errors.html.
	if err != nil || respond(w, answer) != nil {
		refuse(w, http.StatusInternalServerError, "Internal Server Error")
	}
}

// refuse answers in API Gateway's own name.
func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"message":%q}`, message)
}
