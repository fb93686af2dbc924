// Package docs holds the documents that the product itself serves. openapi.json
// is made from the registered operations (go test ./infra/check -run OpenAPI
// -update) and kept equal to them by the same test.
package docs

import _ "embed"

//go:embed openapi.json
var openAPI []byte

// OpenAPI is the description of the API, OpenAPI 3.1 as JSON. Don't change it.
func OpenAPI() []byte { return openAPI }
