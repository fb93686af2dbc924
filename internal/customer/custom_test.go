package customer_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

func fields() customer.CustomFields {
	return customer.CustomFields{Fields: []customer.CustomField{
		{Name: "shoe_size", Type: customer.Number, Min: new(30.0), Max: new(50.0)},
		{Name: "club", Type: customer.Choice, Options: []string{"gold", "tennis"}, Required: true},
		{Name: "allergy", Type: customer.Text, MaxLength: 10, Sensitive: true},
		{Name: "newsletter", Type: customer.Boolean},
		{Name: "wedding", Type: customer.Date},
		{Name: "fax", Type: customer.Text, Retired: true},
	}}
}

func TestCustomValuesAreHeldToTheirFields(t *testing.T) {
	for name, c := range map[string]struct {
		before, values map[string]any
		creating       bool
		wrong          string
	}{
		"all of them":          {nil, map[string]any{"shoe_size": 38.0, "club": "gold", "allergy": "wool", "newsletter": true, "wedding": "2020-05-17"}, true, ""},
		"required":             {nil, nil, true, "custom.club"},
		"never had":            {nil, nil, false, ""},
		"required, removed":    {map[string]any{"club": "gold"}, nil, false, "custom.club"},
		"unknown":              {nil, map[string]any{"shoe": 38.0}, false, "custom.shoe"},
		"too big":              {nil, map[string]any{"shoe_size": 51.0}, false, "custom.shoe_size"},
		"not a number":         {nil, map[string]any{"shoe_size": "38"}, false, "custom.shoe_size"},
		"not an option":        {nil, map[string]any{"club": "golf"}, false, "custom.club"},
		"too long":             {nil, map[string]any{"allergy": strings.Repeat("梅", 11)}, false, "custom.allergy"},
		"masked":               {nil, map[string]any{"allergy": "****"}, false, "custom.allergy"},
		"no such day":          {nil, map[string]any{"wedding": "2020-02-30"}, false, "custom.wedding"},
		"neither true nor not": {nil, map[string]any{"newsletter": "yes"}, false, "custom.newsletter"},
		"an object":            {nil, map[string]any{"allergy": map[string]any{}}, false, "custom.allergy"},
		"retired":              {nil, map[string]any{"fax": "1"}, false, "custom.fax"},
		"retired, kept":        {map[string]any{"fax": "1"}, map[string]any{"fax": "1"}, false, ""},
		"narrowed, kept":       {map[string]any{"shoe_size": 52.0}, map[string]any{"shoe_size": 52.0}, false, ""},
		"narrowed, changed":    {map[string]any{"shoe_size": 52.0}, map[string]any{"shoe_size": 53.0}, false, "custom.shoe_size"},
	} {
		p, err := fields().Take(customer.Profile{Custom: c.before}, c.values, c.creating)
		if c.wrong == "" {
			if diff := cmp.Diff(c.values, p.CustomValues()); err != nil || diff != "" {
				t.Errorf("%s: %v %s", name, err, diff)
			}
			continue
		}
		invalid, ok := errors.AsType[*crm.Error](err)
		if !ok || invalid.Kind != crm.Invalid || invalid.Fields[0].Path != c.wrong {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSensitiveValuesLieApartAndAreMasked(t *testing.T) {
	p, err := fields().Take(customer.Profile{}, map[string]any{"club": "gold", "allergy": "wool"}, true)
	if err != nil || p.Custom["allergy"] != nil || p.Sensitive["allergy"] != "wool" {
		t.Fatal(p.Custom, p.Sensitive, err)
	}
	if shown := p.Masked().CustomValues(); shown["allergy"] != "****" || shown["club"] != "gold" || p.Sensitive["allergy"] != "wool" {
		t.Error(shown, p.Sensitive)
	}
}

func TestFieldsKeepWhatOldValuesNeed(t *testing.T) {
	if err := fields().Validate(customer.CustomFields{}); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(f *customer.CustomFields){
		"fields": func(f *customer.CustomFields) { f.Fields = f.Fields[1:] },
		"fields[0].type": func(f *customer.CustomFields) {
			f.Fields[0] = customer.CustomField{Name: "shoe_size", Type: customer.Text}
		},
		"fields[2].sensitive": func(f *customer.CustomFields) { f.Fields[2].Sensitive = false },
		"fields[1].name":      func(f *customer.CustomFields) { f.Fields = append(f.Fields[:1], f.Fields...) },
		"fields[0].name": func(f *customer.CustomFields) {
			f.Fields = append([]customer.CustomField{{Name: "Shoe Size", Type: customer.Text}}, f.Fields...)
		},
		"fields[0].max":        func(f *customer.CustomFields) { f.Fields[0].Min = new(60.0) },
		"fields[1].options":    func(f *customer.CustomFields) { f.Fields[1].Options = nil },
		"fields[3].max_length": func(f *customer.CustomFields) { f.Fields[3].MaxLength = 3 },
	} {
		next := fields()
		spoil(&next)
		err, ok := errors.AsType[*crm.Error](next.Validate(fields()))
		if !ok || err.Fields[0].Path != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	wider := fields()
	wider.Fields[0].Max, wider.Fields[3].Retired = nil, true
	if err := wider.Validate(fields()); err != nil {
		t.Error(err)
	}
}
