package api

import (
	"encoding/json"
	"iter"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const description = `Money is in minor units with an ISO 4217 code, times are RFC 3339, phones E.164.
Errors are problems (RFC 9457). Unknown fields and unknown query parameters are refused.
Lists are paged by an opaque cursor, which belongs to its caller and query.
A POST with an Idempotency-Key (1 to 255 visible ASCII characters, bare or in quotes) may be repeated: it has one effect, and for 48 hours the same answer, marked Idempotent-Replayed. The key belongs to its caller and operation; with another path, query or body it is refused (422), and while an equal request is being answered, 409. Only successes are kept. Batches need none, since their items are known by their ids; nor do public operations.
Without a valid token the gateway itself answers 401 {"message":"Unauthorized"}, 429 {"message":"Too Many Requests"} over its limit, and 431 if request line and headers exceed 10,240 bytes.`

// failures are the statuses that follow from the shape of the input.
func failures(op huma.Operation, in reflect.Type) []int {
	all := append(op.Errors, http.StatusBadRequest, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	if strings.Contains(op.Path, "{") {
		all = append(all, http.StatusNotFound)
	}
	if _, body := in.FieldByName("Body"); body {
		all = append(all, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if _, conditional := in.FieldByName("IfMatch"); conditional {
		all = append(all, http.StatusPreconditionFailed, http.StatusPreconditionRequired)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// OpenAPI describes the operations registered so far, as far as requests are
// held to it; Document says more.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

// Document is OpenAPI as indented JSON, with an example of each body and with
// what the gateway answers in our place. The same operations give the same bytes.
func (a *API) Document() ([]byte, error) {
	doc := a.OpenAPI()
	for op := range operations(doc) {
		complete(doc, op)
	}
	for op := range operations(doc) {
		link(doc, op)
	}
	text, err := json.MarshalIndent(doc, "", "  ")
	return append(text, '\n'), err
}

// operations are all that a document has.
func operations(doc *huma.OpenAPI) iter.Seq[*huma.Operation] {
	return func(yield func(*huma.Operation) bool) {
		for _, path := range doc.Paths {
			for _, op := range []*huma.Operation{path.Get, path.Put, path.Post, path.Patch, path.Delete} {
				if op != nil && !yield(op) {
					return
				}
			}
		}
	}
}

// gatewayError is what the gateway itself says, before any operation is asked.
type gatewayError struct {
	Message string `json:"message"`
}

func complete(doc *huma.OpenAPI, op *huma.Operation) {
	schemas := doc.Components.Schemas
	for status, message := range map[int]string{http.StatusUnauthorized: "Unauthorized", http.StatusTooManyRequests: "Too Many Requests"} {
		if told := op.Responses[strconv.Itoa(status)]; told != nil && len(op.Security) > 0 {
			told.Content["application/json"] = &huma.MediaType{Schema: schemas.Schema(reflect.TypeFor[gatewayError](), true, ""), Example: gatewayError{message}}
		}
	}
	if op.RequestBody != nil {
		for _, body := range op.RequestBody.Content {
			if body.Example == nil {
				body.Example = example(schemas, body.Schema, func(s *huma.Schema) bool { return !s.ReadOnly })
			}
		}
	}
	for status, told := range op.Responses {
		for _, body := range told.Content {
			if body.Example == nil && strings.HasPrefix(status, "2") {
				body.Example = example(schemas, body.Schema, func(s *huma.Schema) bool { return !s.WriteOnly })
			}
		}
	}
	for _, p := range op.Parameters {
		if p.Name == "If-Match" && op.Method != http.MethodPut { // a PUT may also make what is not there yet
			p.Required = true
		}
	}
}
