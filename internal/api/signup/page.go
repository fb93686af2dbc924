package signup

import (
	_ "embed"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/page"
)

//go:embed page.html
var content string

// view is what the page shows.
type view struct {
	page.Filled
	Store string // its name; "" where there is none of this id
}

// pages adds the operation that shows the form, and returns the API with the
// forms that come back taken out before it.
func (l leaf) pages(a *api.API) http.Handler {
	sheet := page.New(content)
	html := map[string]*huma.MediaType{"text/html": {Schema: &huma.Schema{Type: huma.TypeString}}}
	text := func(in, name, doc string, s *huma.Schema) *huma.Param {
		return &huma.Param{Name: name, In: in, Required: in == "path", Description: doc, Schema: s}
	}
	api.Mount(a, huma.Operation{
		OperationID: "read-sign-up-form", Method: http.MethodGet, Path: path, Summary: "The page on which people sign up", Tags: []string{"sign-up"},
		Description: "Public. In Chinese or English, for any phone, without scripts.",
		Parameters: []*huma.Param{
			text("path", "store", "The store.", &huma.Schema{Type: huma.TypeString, Examples: []any{"sh-001"}}),
			text("query", "lang", "zh or en; absent: what the browser prefers.", &huma.Schema{Type: huma.TypeString, Enum: []any{"zh", "en"}}),
		},
		Responses: map[string]*huma.Response{"200": {Description: "The form", Content: html}, "404": {Description: "There is no such store", Content: html}},
		Errors:    []int{http.StatusServiceUnavailable},
	}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.write(w, r, sheet, page.Filled{Lang: page.LanguageOf(r), Status: http.StatusOK})
	}))
	if posted := a.OpenAPI().Paths[path].Post; posted != nil {
		posted.RequestBody.Content[page.MediaType] = &huma.MediaType{Schema: formSchema()}
		for _, status := range []string{"201", "400", "404", "422", "429", "503"} {
			posted.Responses[status].Content["text/html"] = html["text/html"]
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !page.IsForm(r) || !strings.HasPrefix(r.URL.Path, strings.TrimSuffix(path, "{store}")) {
			a.ServeHTTP(w, r)
			return
		}
		filled, err := page.Submit(a, r, map[string]page.Kind{"marketing": page.Checkbox})
		if err != nil {
			filled.Status = http.StatusBadRequest
		}
		l.write(w, r, sheet, filled)
	})
}

// write answers with the page: the form, what is wrong with it, or thanks.
func (l leaf) write(w http.ResponseWriter, r *http.Request, sheet page.Page, filled page.Filled) {
	id := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	store, err := l.stores.Store(r.Context(), crm.StoreID(id))
	switch kind := crm.KindOf(err); {
	case err == nil:
	case kind == crm.NotFound:
		filled.Status = http.StatusNotFound
	default:
		filled.Status = http.StatusServiceUnavailable
	}
	sheet.Write(w, filled.Status, view{filled, store.Name})
}

// formSchema is Form as a browser sends it.
func formSchema() *huma.Schema {
	text := func(most int) *huma.Schema { return &huma.Schema{Type: huma.TypeString, MaxLength: &most} }
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"name"}, Properties: map[string]*huma.Schema{
		"name": text(200), "phone": text(40), "email": text(254), "birthday": text(10),
		"marketing": {Type: huma.TypeString, Enum: []any{"on"}}, "lang": {Type: huma.TypeString, Enum: []any{"zh", "en"}}}}
}
