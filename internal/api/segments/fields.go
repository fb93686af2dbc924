package segments

import (
	"context"

	"guanxi/internal/api"
	"guanxi/internal/customer"
	"guanxi/internal/segment"
)

// Field is something that a condition may name.
type Field struct {
	Name   string       `json:"name" example:"silence_days"`
	Type   segment.Type `json:"type" enum:"number,word,boolean,list" doc:"A number is whole, but for those of your own; amounts are minor units of the base currency. A list is one of words."`
	Doc    string       `json:"doc,omitempty"`
	Values []string     `json:"values,omitempty" nullable:"false" doc:"Of a word: all that there are. Empty: none is known." example:"[\"gold\"]"`
	Time   bool         `json:"changes_with_time" doc:"Its value can change though nothing happens: members come and go on the very day."`
}

type fields struct {
	Body struct {
		Items []Field `json:"items" nullable:"false"`
	}
}

func (l leaf) fields(ctx context.Context, _ *struct{}) (*fields, error) {
	own, err := l.segments.ReadCustomFields(ctx)
	if err != nil {
		return nil, err
	}
	private := api.CallerOf(ctx).Role.SeesContacts()
	out := &fields{}
	for _, f := range segment.Fields() {
		if f.Name != segment.Custom && (private || !f.Private) {
			out.Body.Items = append(out.Body.Items, Field{f.Name, f.Type, f.Doc, f.Values, f.Moves})
		}
	}
	for _, f := range own.Value.Fields {
		if !private && f.Sensitive {
			continue
		}
		of := Field{Name: segment.Custom + "." + f.Name, Type: segment.Word, Values: f.Options,
			Doc: f.Label + " (your own; there only where it was stated: ask has(" + segment.Custom + "." + f.Name + ") before)"}
		switch f.Type {
		case customer.Number:
			of.Type = segment.Number
		case customer.Boolean:
			of.Type = segment.Truth
		}
		out.Body.Items = append(out.Body.Items, of)
	}
	return out, nil
}
