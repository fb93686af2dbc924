package api

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// link says what can be asked next about the thing that an operation answers:
// what was created, the first of a list, what was read. A change that must name
// what it is based on names the answer's ETag.
func link(doc *huma.OpenAPI, from *huma.Operation) {
	for status, told := range from.Responses {
		id, places := answered(doc, from, told)
		if id == "" || !strings.HasPrefix(status, "2") {
			continue
		}
		for to := range operations(doc) {
			for _, place := range places {
				name, under := strings.CutPrefix(to.Path, place+"/{")
				if !under || to == from {
					continue
				}
				name, _, _ = strings.Cut(name, "}")
				if told.Links == nil {
					told.Links = map[string]*huma.Link{}
				}
				told.Links[to.OperationID] = &huma.Link{OperationID: to.OperationID, Parameters: given(place, name, id, to, told)}
			}
		}
	}
}

// answered is where an answer says the id of the thing it is about, "" for
// none, and the places under which there may be operations on it.
func answered(doc *huma.OpenAPI, from *huma.Operation, told *huma.Response) (id string, places []string) {
	body := told.Content["application/json"]
	if body == nil {
		return "", nil
	}
	at := strings.LastIndex(from.Path, "/")
	noun := from.Path[at+1:]
	switch {
	case from.Method == http.MethodGet && strings.HasPrefix(noun, "{"):
		return "$request.path." + strings.Trim(noun, "{}"), []string{from.Path[:at]}
	case from.Method == http.MethodGet && member(doc, body.Schema, "items", "id"):
		id = "$response.body#/items/0/id"
	case from.Method == http.MethodPost && member(doc, body.Schema, "id"):
		id = "$response.body#/id"
	}
	return id, []string{from.Path, "/v1/" + noun}
}

// given are the parameters of a link: the id, what the place names besides, and
// the ETag.
func given(place, name, id string, to *huma.Operation, told *huma.Response) map[string]any {
	all := map[string]any{"path." + name: id}
	for _, p := range to.Parameters {
		if p.In == "path" && strings.Contains(place, "{"+p.Name+"}") {
			all["path."+p.Name] = "$request.path." + p.Name
		}
		if p.Name == "If-Match" && told.Headers["ETag"] != nil {
			all["header.If-Match"] = "$response.header.ETag"
		}
	}
	return all
}

// member tells whether a schema has something at a path of names, the first of
// arrays.
func member(doc *huma.OpenAPI, s *huma.Schema, path ...string) bool {
	for {
		switch {
		case s == nil:
			return false
		case s.Ref != "":
			s = doc.Components.Schemas.SchemaFromRef(s.Ref)
		case s.Type == huma.TypeArray:
			s = s.Items
		case len(path) == 0:
			return true
		default:
			s, path = s.Properties[path[0]], path[1:]
		}
	}
}
