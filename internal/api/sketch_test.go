package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/crm"
)

// What serves holds requests to the same shape as what describes, also where
// the answer has the request's own type.
func TestServingChecksWhatIsDescribed(t *testing.T) {
	type named struct {
		Name string `json:"name" minLength:"2"`
	}
	type told struct{ Body struct{ Of named } }
	for _, describe := range []bool{true, false} {
		a := New(Config{Log: slog.New(slog.DiscardHandler), FirstAdmin: "root", Describe: describe})
		Register(a, huma.Operation{OperationID: "put-store", Method: http.MethodPut, Path: "/same"}, func(_ context.Context, in *struct{ Body named }) (*struct{ Body named }, error) {
			return in, nil
		})
		Register(a, huma.Operation{OperationID: "put-staff", Method: http.MethodPut, Path: "/other"}, func(_ context.Context, in *struct{ Body named }) (*told, error) {
			return &told{Body: struct{ Of named }{in.Body}}, nil
		})
		for path, answer := range map[string]string{"/same": `{"name":"Mei"}`, "/other": `{"Of":{"name":"Mei"}}`} {
			for body, want := range map[string]int{`{"name":"Mei"}`: 200, `{"name":"M"}`: 422, `{"name":"Mei","age":3}`: 400, `{}`: 422} {
				r := httptest.NewRequestWithContext(crm.WithEvent(t.Context(), crm.Event{Subject: "root"}), http.MethodPut, path, strings.NewReader(body))
				r.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				a.ServeHTTP(w, r)
				if w.Code != want || want == 200 && strings.TrimSpace(w.Body.String()) != answer {
					t.Errorf("described %t, %s %s: %d %s", describe, path, body, w.Code, w.Body)
				}
			}
		}
		schema := a.OpenAPI().Paths["/other"].Put.Responses["200"].Content["application/json"].Schema
		if described := schema.Ref != "" || len(schema.Properties) > 0; described != describe {
			t.Errorf("described %t: the answer's schema is %+v", describe, schema)
		}
	}
}
