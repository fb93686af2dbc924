// Package about tells about the API itself: that it is up, and what it is.
package about

import (
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
)

// Register adds the public operations; document is the OpenAPI document.
func Register(a *api.API, document []byte) {
	api.Mount(a, huma.Operation{
		OperationID: "read-health",
		Method:      http.MethodGet,
		Path:        "/healthz",
		Summary:     "Tell whether the API is up",
		Description: "Asks no other part: it says that requests are answered, not that all of them succeed.",
		Tags:        []string{"about"},
		Responses: map[string]*huma.Response{"200": {Description: "It is up", Content: map[string]*huma.MediaType{"application/json": {
			Schema: &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"status": {Type: huma.TypeString}, "version": {Type: huma.TypeString}}}, Example: map[string]string{"status": "up", "version": api.Version}}}}},
	}, answer("application/json", []byte(`{"status":"up","version":"`+api.Version+`"}`+"\n")))
	api.Mount(a, huma.Operation{
		OperationID: "read-openapi",
		Method:      http.MethodGet,
		Path:        "/openapi.json",
		Summary:     "Read this document",
		Tags:        []string{"about"},
		Responses: map[string]*huma.Response{"200": {Description: "The API's description, OpenAPI 3.1", Content: map[string]*huma.MediaType{"application/openapi+json": {
			Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}, Example: map[string]any{"openapi": "3.1.0", "paths": map[string]any{}}}}}},
	}, answer("application/openapi+json", document))
}

// answer always says the same.
func answer(contentType string, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "max-age=300")
		fmt.Fprintf(w, "%s", body)
	})
}
