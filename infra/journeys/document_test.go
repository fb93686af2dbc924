package journeys_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// operation is what the running system's own document says of an operation.
type operation struct {
	id, method, path string
	scopes           map[string]string // by role; nil: public
	queries          []string          // the names of its query parameters
	example          string            // its body, "" for none
	media            string            // of the body
}

// may tells whether the document lets a role use the operation.
func (o operation) may(role string) bool { return o.scopes == nil || o.scopes[role] != "" }

// bounded are the roles that may use the operation on a part of what there is.
func (o operation) bounded() (roles []string) {
	for _, role := range roles8() {
		if scope := o.scopes[role]; scope == "stores" || scope == "own" {
			roles = append(roles, role)
		}
	}
	return roles
}

// params are the places of the path's parameters: each with the path up to it.
// "/v1/customers/{id}/orders" has one, "/v1/customers/{id}".
func (o operation) params() (places []string) {
	for i, c := range o.path {
		if c == '}' {
			places = append(places, o.path[:i+1])
		}
	}
	return places
}

// roles8 are the eight roles.
func roles8() []string {
	return []string{"admin", "manager", "sales", "service", "marketing", "store", "read-only", "customer"}
}

// operations reads the document that the system serves.
func operations(t *testing.T, s *system) (all []operation) {
	t.Helper()
	a, err := send(http.MethodGet, s.api+"/openapi.json", http.Header{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(a.body, &document); err != nil {
		t.Fatal(err)
	}
	for path, item := range document.Paths {
		for method, text := range item {
			if !slices.Contains([]string{"get", "put", "post", "patch", "delete"}, method) {
				continue
			}
			var said struct {
				ID         string            `json:"operationId"`
				Scope      map[string]string `json:"x-scope"`
				Security   []any
				Parameters []struct{ In, Name string }
				Body       struct {
					Content map[string]struct{ Example json.RawMessage }
				} `json:"requestBody"`
			}
			if err := json.Unmarshal(text, &said); err != nil {
				t.Fatal(err)
			}
			if (said.Scope == nil) != (len(said.Security) == 0) {
				t.Errorf("%s: who may use it is %v, its security %v", said.ID, said.Scope, said.Security)
			}
			o := operation{id: said.ID, method: strings.ToUpper(method), path: path, scopes: said.Scope}
			for _, p := range said.Parameters {
				if p.In == "query" {
					o.queries = append(o.queries, p.Name)
				}
			}
			for media, content := range said.Body.Content {
				if o.example == "" || media == "application/json" {
					o.media, o.example = media, string(content.Example)
				}
			}
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.id, b.id) })
	if len(all) == 0 {
		t.Fatal("the document has no operations")
	}
	return all
}
