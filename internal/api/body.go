package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/crm"
)

// maxDepth is how deep arrays and objects may lie in each other.
const maxDepth = 16

// checked is a request whose body was read and checked.
type checked struct {
	humaContext
	body *bytes.Reader
}

type humaContext huma.Context // huma.Context has a method of that name

func (c checked) BodyReader() io.Reader { return c.body }
func (c checked) Unwrap() huma.Context  { return c.humaContext }

// checkBody reads a JSON body and refuses what decoding would let pass: a body
// over the limit (413), another media type (415), anything that is not one
// JSON value of known fields, each named once and spelt exactly (400), and
// null where the schema has none (422). Values are then checked by the schema.
func (a *API) checkBody(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	if op.RequestBody == nil {
		next(ctx)
		return
	}
	body, err := io.ReadAll(io.LimitReader(ctx.BodyReader(), op.MaxBodyBytes))
	switch {
	case err != nil:
		a.refuse(ctx, &crm.Error{Op: "api.body", Kind: crm.Malformed, Detail: "the body can't be read", Err: err})
		return
	case int64(len(body)) >= op.MaxBodyBytes:
		a.refuse(ctx, crm.Fail("api.body", crm.TooLarge, "a body must have less than %d bytes", op.MaxBodyBytes))
		return
	case len(body) == 0:
		next(checked{ctx, bytes.NewReader(nil)})
		return
	}
	schema, err := bodySchema(op, ctx.Header("Content-Type"))
	if err == nil {
		err = checkJSON(body, schema, a.huma.OpenAPI().Components.Schemas)
	}
	if err != nil {
		a.refuse(ctx, err)
		return
	}
	next(checked{ctx, bytes.NewReader(body)})
}

// bodySchema is the schema of the body's media type; plain JSON will do for
// every kind of JSON.
func bodySchema(op *huma.Operation, contentType string) (*huma.Schema, error) {
	media, _, err := mime.ParseMediaType(contentType)
	if content := op.RequestBody.Content[media]; err == nil && content != nil {
		return content.Schema, nil
	}
	for accepted, content := range op.RequestBody.Content {
		if media == "application/json" && strings.HasSuffix(accepted, "+json") {
			return content.Schema, nil
		}
	}
	return nil, &Problem{Status: 415, Detail: "the body must be application/json"}
}

// checkJSON walks the body along its schema.
func checkJSON(body []byte, schema *huma.Schema, schemas huma.Registry) error {
	w := walker{decoder: json.NewDecoder(bytes.NewReader(body)), schemas: schemas}
	w.decoder.UseNumber()
	err := w.value(schema, "", 0)
	if err == nil {
		if _, more := w.decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	if err == nil && !utf8.Valid(body) {
		err = errors.New("not UTF-8")
	}
	switch {
	case err != nil:
		return &crm.Error{Op: "api.body", Kind: crm.Malformed, Detail: "the body is not well-formed JSON", Err: err}
	case len(w.unknown) > 0:
		return &crm.Error{Op: "api.body", Kind: crm.Malformed, Detail: "the body has fields that it must not have", Fields: w.unknown}
	case len(w.null) > 0:
		return &crm.Error{Op: "api.body", Kind: crm.Invalid, Detail: "the request breaks a rule", Fields: w.null}
	}
	return nil
}

type walker struct {
	decoder       *json.Decoder
	schemas       huma.Registry
	unknown, null []crm.Field
}

// value reads one value; where the schema is nil anything goes but duplicates.
func (w *walker) value(s *huma.Schema, path string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("deeper than %d levels", maxDepth)
	}
	for s != nil && s.Ref != "" {
		s = w.schemas.SchemaFromRef(s.Ref)
	}
	token, err := w.decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case nil:
		if s != nil && !s.Nullable && s.Type != "" {
			w.null = append(w.null, crm.Field{Path: path, Message: "must not be null: leave it out"})
		}
	case json.Delim('{'):
		return w.object(s, path, depth)
	case json.Delim('['):
		var items *huma.Schema
		if s != nil {
			items = s.Items
		}
		for i := 0; w.decoder.More(); i++ {
			if err := w.value(items, fmt.Sprintf("%s[%d]", path, i), depth+1); err != nil {
				return err
			}
		}
		_, err = w.decoder.Token()
	}
	return err
}

func (w *walker) object(s *huma.Schema, path string, depth int) error {
	seen := map[string]bool{}
	for w.decoder.More() {
		token, err := w.decoder.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string) // the decoder lets nothing else stand here
		at := strings.TrimPrefix(path+"."+name, ".")
		member, known := property(s, name)
		switch {
		case seen[name]:
			w.unknown = append(w.unknown, crm.Field{Path: at, Message: "given more than once"})
		case !known:
			w.unknown = append(w.unknown, crm.Field{Path: at, Message: "unknown field"})
		}
		seen[name] = true
		if err := w.value(member, at, depth+1); err != nil {
			return err
		}
	}
	_, err := w.decoder.Token()
	return err
}

// property is the schema of an object's member; known tells whether it may
// have one of that name.
func property(s *huma.Schema, name string) (member *huma.Schema, known bool) {
	if s == nil || s.Type != huma.TypeObject {
		return nil, true // a wrong type is the schema's business
	}
	if member, known = s.Properties[name]; known {
		return member, true
	}
	switch more := s.AdditionalProperties.(type) {
	case *huma.Schema:
		return more, true
	case bool:
		return nil, more
	}
	return nil, len(s.Properties) == 0
}
