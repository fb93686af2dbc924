package api

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/crm"
)

// Item is one of many in a body. It is judged on its own: a value that T's
// schema refuses is the item's mistake and not its neighbours'. The operation
// sets SkipValidateBody, and bounds the number of items itself; a body that is
// no JSON, or has unknown fields, is refused as a whole.
type Item[T any] struct{ text json.RawMessage }

// UnmarshalJSON keeps the item as it is; Read reads it.
func (i *Item[T]) UnmarshalJSON(text []byte) error { return i.text.UnmarshalJSON(text) }

// MarshalJSON gives back what was read.
func (i Item[T]) MarshalJSON() ([]byte, error) { return i.text.MarshalJSON() }

// Schema is T's.
func (Item[T]) Schema(schemas huma.Registry) *huma.Schema {
	return schemas.Schema(reflect.TypeFor[T](), true, "")
}

// Read gives the item, or a crm.Invalid with the places of its mistakes.
func (i Item[T]) Read() (item T, err error) {
	const op = "api.Item"
	if wrong := refused(reflect.TypeFor[T](), nil, nil, i.text); len(wrong) > 0 {
		return item, &crm.Error{Op: op, Kind: crm.Invalid, Detail: "the item breaks a rule", Fields: wrong}
	}
	if err := json.Unmarshal(i.text, &item); err != nil {
		return item, &crm.Error{Op: op, Kind: crm.Invalid, Detail: "a value has the wrong type or is out of range", Err: err}
	}
	return item, nil
}

// Result is what became of one item.
type Result struct {
	Index   int      `json:"index" doc:"Of the item in the request, from 0." example:"0"`
	Status  int      `json:"status" doc:"201: it is new. 200: it was known already. Otherwise the problem's." example:"201"`
	ID      string   `json:"id,omitempty" example:"int_0190163d8694839b9c5f1e2d3a4b5c6d"`
	Problem *Problem `json:"problem,omitempty"`
}

// Failed is the result of an item that an error kept from being carried out.
// Places are told from the body's beginning.
func (a *API) Failed(ctx context.Context, index int, at string, err error) Result {
	p := a.problem(ctx, err)
	for i, f := range p.Errors {
		p.Errors[i].Path = strings.TrimSuffix(at+"."+f.Path, ".")
	}
	return Result{Index: index, Status: p.Status, Problem: p}
}
