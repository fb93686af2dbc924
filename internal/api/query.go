package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/crm"
)

// checkQuery refuses query parameters that the operation does not have, or has
// once: a peer that ignored a misspelt cursor would serve page one for ever.
func (a *API) checkQuery(ctx huma.Context, next func(huma.Context)) {
	u := ctx.URL()
	if _, err := a.query(ctx.Operation(), u.RawQuery); err != nil {
		a.refuse(ctx, err)
		return
	}
	next(ctx)
}

// query reads a query as far as it is the same for all operations. What the
// values must be is left to whoever reads them, but that there is one where the
// empty text is none.
func (a *API) query(op *huma.Operation, raw string) (url.Values, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, crm.Fail("api.query", crm.Malformed, "the query can't be read")
	}
	var wrong []crm.Field
	for name, given := range values {
		at := slices.IndexFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "query" && p.Name == name })
		switch {
		case at < 0:
			wrong = append(wrong, crm.Field{Path: "query." + name, Message: "unknown query parameter"})
		case len(given) > 1:
			wrong = append(wrong, crm.Field{Path: "query." + name, Message: "given more than once"})
		case given[0] == "" && !mayBeEmpty(op.Parameters[at].Schema):
			wrong = append(wrong, crm.Field{Path: "query." + name, Message: "has no value: leave it out"})
		}
	}
	if len(wrong) > 0 {
		slices.SortFunc(wrong, func(a, b crm.Field) int { return strings.Compare(a.Path, b.Path) })
		return nil, &crm.Error{Op: "api.query", Kind: crm.Malformed, Detail: "the query is not understood", Fields: wrong}
	}
	return values, nil
}

func mayBeEmpty(s *huma.Schema) bool {
	return s.Type == huma.TypeString && s.Format == "" && s.Pattern == "" && len(s.Enum) == 0 && (s.MinLength == nil || *s.MinLength == 0)
}

// asked is a mounted GET behind the checks that all others have: its handler
// gets a query that its parameters, all of them text, allow.
func (a *API) asked(op *huma.Operation, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		values, err := a.query(op, r.URL.RawQuery)
		result := &huma.ValidateResult{}
		for _, p := range op.Parameters {
			if p.In == "query" && values.Has(p.Name) {
				huma.Validate(a.OpenAPI().Components.Schemas, p.Schema, huma.NewPathBuffer([]byte("query."+p.Name), len("query."+p.Name)), huma.ModeWriteToServer, values.Get(p.Name), result)
			}
		}
		if wrong := remarks(result); err == nil && len(wrong) > 0 {
			err = &crm.Error{Op: "api.asked", Kind: crm.Invalid, Detail: "the request breaks a rule", Fields: wrong}
		}
		if err != nil {
			writeProblem(w, a.problem(context.WithValue(r.Context(), requestKey{}, request{operation: op.OperationID, route: op.Path}), err))
			return
		}
		h.ServeHTTP(w, r)
	})
}
