// Package api holds the manners that all HTTP operations share: strict bodies
// and queries, one table of who may do what, one mapping of errors to problems,
// cursors, preconditions and merge patches. Each resource is a leaf package
// that registers its operations here; the OpenAPI document is made from those.
package api

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"guanxi/internal/crm"
)

const (
	// Title and Version name the API in its document. The version follows the
	// changelog; the major one stands in the paths.
	Title   = "guanxi"
	Version = "0.1.0"

	// MaxBody is the most bytes that a body may have.
	MaxBody = 256 << 10
)

// Config is what an API needs to know.
type Config struct {
	Log        *slog.Logger
	Staff      StaffReader // who the callers are; public operations do without
	FirstAdmin crm.Subject // admin even without a staff item; may be empty
	Cursors    Sealer      // for lists; functions without lists do without
	Replays    Replays     // for POSTs; functions without POSTs do without
	Describe   bool        // for the document: answers are described, too
}

// API is an http.Handler that answers the operations registered on it.
type API struct {
	huma    huma.API
	mux     *http.ServeMux
	log     *slog.Logger
	table   map[string]grant
	callers *callers
	cursors Sealer
	replays Replays
}

// New makes an API without operations.
func New(cfg Config) *API {
	a := &API{mux: http.NewServeMux(), log: cfg.Log, table: table(), cursors: cfg.Cursors, replays: cfg.Replays,
		callers: &callers{staff: cfg.Staff, firstAdmin: cfg.FirstAdmin, known: map[crm.Subject]known{}}}
	schemas := huma.NewMapRegistry("#/components/schemas/", schemaName)
	if !cfg.Describe {
		schemas = &sketch{Registry: schemas}
	}
	schemas.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[Problem]())
	a.huma = humago.New(a.mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: Title, Version: Version, Description: description, License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}},
			Components: &huma.Components{Schemas: schemas, SecuritySchemes: map[string]*huma.SecurityScheme{
				bearer: {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "A token of the configured issuer and audience."}}},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{ownProblems},
	})
	a.huma.UseMiddleware(a.identify, a.checkQuery, a.checkBody, a.takeKey)
	return a
}

const bearer = "token"

// Register adds an operation. It must have a row in the table of roles; the
// rest of its description (security, errors, scope) follows from that and from
// the input type. Handlers return crm errors; they become problems here.
func Register[I, O any](a *API, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	a.grant(&op)
	op.Errors = failures(op, reflect.TypeFor[I]())
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = MaxBody
	}
	if a.keyed(&op) {
		describeKey(&op, reflect.TypeFor[O]())
	}
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	if s, ok := a.OpenAPI().Components.Schemas.(*sketch); ok {
		s.asked, s.answered = bodyOf(reflect.TypeFor[I]()), bodyOf(reflect.TypeFor[O]())
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := once(ctx, a, func(ctx context.Context) (*O, error) { return handle(ctx, in) })
		if earlier, ok := errors.AsType[*replay](err); ok {
			return nil, earlier
		}
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
	if _, chosen := reflect.TypeFor[O]().FieldByName("Status"); chosen && op.Method == http.MethodPut {
		created := *op.Responses["200"]
		created.Description = "Created"
		op.Responses["201"] = &created
	}
}

// Mount adds a public operation whose handler reads the raw request and writes
// the raw answer, such as a webhook whose signature covers the bytes. Its
// Responses and Errors say what it answers. Before a GET the query is checked,
// before others nothing.
func Mount(a *API, op huma.Operation, h http.Handler) {
	if !a.grant(&op).public {
		panic("api: " + op.OperationID + " is not public: it must be registered, so that its callers are checked")
	}
	if op.Method == http.MethodGet {
		op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusUnprocessableEntity)
	}
	problem := a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")
	for _, code := range op.Errors {
		if told := strconv.Itoa(code); op.Responses[told] == nil {
			op.Responses[told] = &huma.Response{Description: http.StatusText(code), Content: map[string]*huma.MediaType{problemType: {Schema: problem}}}
		}
	}
	for _, p := range op.Parameters {
		p.Schema.PrecomputeMessages()
	}
	a.OpenAPI().AddOperation(&op)
	if op.Method == http.MethodGet {
		h = a.asked(&op, h)
	}
	a.mux.Handle(op.Method+" "+op.Path, h)
}

// grant fills in who may call the operation, from the table.
func (a *API) grant(op *huma.Operation) grant {
	g, ok := a.table[op.OperationID]
	if !ok {
		panic("api: operation " + op.OperationID + " has no row in the table of roles")
	}
	if !g.public {
		op.Security = []map[string][]string{{bearer: {}}}
		op.Extensions = map[string]any{"x-scope": g.scopes()}
		op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden)
	}
	return g
}

// Operations are the ids that the table of roles knows, sorted.
func Operations() []string { return slices.Sorted(maps.Keys(table())) }

// ServeHTTP answers what no operation answers, too: 404 for an unknown path,
// 405 with Allow for a method that the path does not have.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path.Clean(r.URL.Path) != r.URL.Path { // the mux would redirect
		a.unrouted(w, r, http.StatusNotFound)
		return
	}
	if methods := a.reserved(r); methods != nil {
		w.Header().Set("Allow", strings.Join(methods, ", "))
		a.unrouted(w, r, http.StatusMethodNotAllowed)
		return
	}
	h, pattern := a.mux.Handler(r)
	if pattern != "" {
		a.mux.ServeHTTP(w, r)
		return
	}
	refusal := refusal{header: w.Header(), status: http.StatusNotFound}
	h.ServeHTTP(&refusal, r)
	a.unrouted(w, r, refusal.status)
}

// reserved are the methods of a path that has operations of its own, asked with
// another one, though it may lie where another path has a parameter:
// /v1/segments/fields is no segment.
func (a *API) reserved(r *http.Request) (methods []string) {
	item := a.OpenAPI().Paths[r.URL.Path]
	if _, pattern := a.mux.Handler(r); item == nil || strings.HasSuffix(pattern, " "+r.URL.Path) {
		return nil
	}
	for _, of := range []struct {
		methods []string
		op      *huma.Operation
	}{{[]string{"DELETE"}, item.Delete}, {[]string{"GET", "HEAD"}, item.Get}, {[]string{"PATCH"}, item.Patch}, {[]string{"POST"}, item.Post}, {[]string{"PUT"}, item.Put}} {
		if of.op != nil {
			methods = append(methods, of.methods...)
		}
	}
	return methods
}

// unrouted tells what no operation can tell. Its instance is the route that
// the path has for other methods; all other paths share one.
func (a *API) unrouted(w http.ResponseWriter, r *http.Request, status int) {
	p := &Problem{Status: status, Instance: "/{path}"}
	if method, _, _ := strings.Cut(w.Header().Get("Allow"), ","); method != "" {
		_, pattern := a.mux.Handler(&http.Request{Method: method, URL: r.URL, Host: r.Host})
		_, p.Instance, _ = strings.Cut(pattern, " ")
	}
	writeProblem(w, p.complete())
}

// refusal keeps what the mux says about a request that it can't route (status
// and Allow), but not its text.
type refusal struct {
	header http.Header
	status int
}

func (r *refusal) Header() http.Header         { return r.header }
func (r *refusal) WriteHeader(status int)      { r.status = status }
func (r *refusal) Write(b []byte) (int, error) { return len(b), nil }
