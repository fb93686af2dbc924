package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/crm"
)

// Patch is a merge patch (RFC 7396) of a T: fields that it names are replaced,
// those it sets to null are removed, objects are merged, arrays replaced whole.
// It can name only T's fields, and the result must be a valid T.
type Patch[T any] struct{ fields map[string]any }

// UnmarshalJSON keeps the patch as it is; Apply reads it.
func (p *Patch[T]) UnmarshalJSON(b []byte) (err error) {
	p.fields, err = fields(b)
	return err
}

// MarshalJSON gives back what was read.
func (p Patch[T]) MarshalJSON() ([]byte, error) { return json.Marshal(p.fields) }

// Names are the top-level fields that the patch names, sorted.
func (p Patch[T]) Names() []string { return slices.Sorted(maps.Keys(p.fields)) }

// Schema is T's with every field optional and nullable.
func (p Patch[T]) Schema(schemas huma.Registry) *huma.Schema {
	patch := patchSchema(schemas, schemas.Schema(reflect.TypeFor[T](), false, ""))
	patch.Nullable = false
	return patch
}

func patchSchema(schemas huma.Registry, s *huma.Schema) *huma.Schema {
	for s.Ref != "" {
		s = schemas.SchemaFromRef(s.Ref)
	}
	patch := *s
	if s.Type == huma.TypeObject && len(s.Properties) > 0 {
		patch.Required = nil
		patch.Properties = make(map[string]*huma.Schema, len(s.Properties))
		for name, member := range s.Properties {
			patch.Properties[name] = patchSchema(schemas, member)
		}
	}
	if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
		patch.AdditionalProperties = patchSchema(schemas, more)
	}
	patch.AnyOf = nil
	for _, one := range s.AnyOf {
		patch.AnyOf = append(patch.AnyOf, patchSchema(schemas, one))
	}
	patch.Nullable = s.Type != "" // a value of any type may be null as it is
	patch.PrecomputeMessages()
	return &patch
}

// Apply gives current with the patch merged in. What T's schema refuses is a
// crm.Invalid with the fields' places; so is a change of a field that T marks
// readOnly, since nobody would carry it out.
func (p Patch[T]) Apply(current T) (T, error) {
	var patched T
	text, err := json.Marshal(current)
	if err != nil {
		return patched, &crm.Error{Op: "api.Patch", Err: err}
	}
	before, err := fields(text)
	if err != nil {
		return patched, &crm.Error{Op: "api.Patch", Err: err}
	}
	after, err := fields(text)
	if err != nil {
		return patched, &crm.Error{Op: "api.Patch", Err: err}
	}
	merge(after, p.fields)
	if text, err = json.Marshal(after); err != nil {
		return patched, &crm.Error{Op: "api.Patch", Err: err}
	}
	if wrong := refused(reflect.TypeFor[T](), before, after, text); len(wrong) > 0 {
		return patched, &crm.Error{Op: "api.Patch", Kind: crm.Invalid, Detail: "the request breaks a rule", Fields: wrong}
	}
	if err := json.Unmarshal(text, &patched); err != nil {
		return patched, &crm.Error{Op: "api.Patch", Kind: crm.Invalid, Detail: "a value has the wrong type or is out of range", Err: err}
	}
	return patched, nil
}

// refused is what the schema of t has against the patched fields, of which text
// is the JSON.
func refused(t reflect.Type, before, after map[string]any, text []byte) (wrong []crm.Field) {
	var plain any // numbers as the validation wants them
	if err := json.Unmarshal(text, &plain); err != nil {
		return []crm.Field{{Message: "a value is out of range"}}
	}
	schemas := huma.NewMapRegistry("#/", schemaName)
	schema := schemas.Schema(t, false, "")
	place, result := huma.NewPathBuffer(nil, 0), &huma.ValidateResult{}
	huma.Validate(schemas, schema, place, huma.ModeWriteToServer, plain, result)
	wrong = remarks(result)
	for name, member := range schema.Properties {
		if member.ReadOnly && !reflect.DeepEqual(before[name], after[name]) {
			wrong = append(wrong, crm.Field{Path: name, Message: "can't be changed"})
		}
	}
	slices.SortFunc(wrong, func(a, b crm.Field) int { return strings.Compare(a.Path, b.Path) })
	return wrong
}

// merge is RFC 7396's MergePatch for objects.
func merge(target, patch map[string]any) {
	for name, value := range patch {
		switch value := value.(type) {
		case nil:
			delete(target, name)
		case map[string]any:
			member, ok := target[name].(map[string]any)
			if !ok {
				member = map[string]any{}
			}
			merge(member, value)
			target[name] = member
		default:
			target[name] = value
		}
	}
}

// fields reads an object without rounding its numbers.
func fields(text []byte) (read map[string]any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&read)
	return read, err
}
