package customer

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"time"
)

// CustomFields are the fields that the retailer adds to every profile. A field
// is never removed and never changes its type, so every value that was ever
// written can be read; it can be retired, and takes no new values then.
type CustomFields struct {
	Fields []CustomField `json:"fields" nullable:"false" maxItems:"100"`
}

// CustomField is one of them.
type CustomField struct {
	Name      string     `json:"name" pattern:"^[a-z][a-z0-9_]{0,39}$" patternDescription:"a lower-case word" doc:"Under custom in the customer's body." example:"shoe_size"`
	Label     string     `json:"label,omitempty" maxLength:"80" doc:"What people read." example:"鞋码"`
	Type      CustomType `json:"type" enum:"text,number,boolean,date,choice" doc:"Fixed once it is set." example:"number"`
	Options   []string   `json:"options,omitempty" nullable:"false" maxItems:"100" doc:"Of a choice."`
	MaxLength int        `json:"max_length,omitempty" minimum:"0" maximum:"1000" doc:"Of a text, in characters; 1000 where it is not given."`
	Min       *float64   `json:"min,omitempty" doc:"Of a number." example:"30"`
	Max       *float64   `json:"max,omitempty" doc:"Of a number." example:"50"`
	Required  bool       `json:"required,omitempty" doc:"A person who creates a customer must state it, and an amendment can't remove it."`
	Sensitive bool       `json:"sensitive,omitempty" doc:"Sealed, and masked for roles that see no contact data. Fixed once it is set."`
	Retired   bool       `json:"retired,omitempty" doc:"Takes no new values; those that stand stay."`
}

// CustomType is what values a field takes.
type CustomType string

const (
	Text    CustomType = "text"
	Number  CustomType = "number"
	Boolean CustomType = "boolean"
	Date    CustomType = "date" // "2026-05-17"
	Choice  CustomType = "choice"
)

const (
	maxFields     = 100
	maxText       = 1000
	maxCustomSize = 16 << 10 // bytes of all values together, as JSON
)

var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// Validate says whether the fields may replace before: each is well defined,
// and none is missing or has another type.
func (f CustomFields) Validate(before CustomFields) error {
	var c checks
	c.check(len(f.Fields) <= maxFields, "fields", "must be at most %d", maxFields)
	for i, field := range f.Fields {
		path := fmt.Sprintf("fields[%d]", i)
		c.check(fieldName.MatchString(field.Name), path+".name", "must be a lower-case word")
		c.check(slices.IndexFunc(f.Fields, func(other CustomField) bool { return other.Name == field.Name }) == i, path+".name", "is there twice")
		c.text(field.Label, path+".label", 80)
		c.check(slices.Contains([]CustomType{Text, Number, Boolean, Date, Choice}, field.Type), path+".type", "must be text, number, boolean, date or choice")
		c.check((field.Type == Choice) == (len(field.Options) > 0), path+".options", "a choice has options, and nothing else has")
		words(&c, field.Options, path+".options", maxFields, 80)
		c.check(field.Type == Text || field.MaxLength == 0, path+".max_length", "only a text has this")
		c.check(field.Type == Number || field.Min == nil, path+".min", "only a number has this")
		c.check(field.Type == Number || field.Max == nil, path+".max", "only a number has this")
		c.check(field.Min == nil || field.Max == nil || *field.Min <= *field.Max, path+".max", "must not be less than min")
	}
	for _, old := range before.Fields {
		i := slices.IndexFunc(f.Fields, func(field CustomField) bool { return field.Name == old.Name })
		if i < 0 {
			c.check(false, "fields", "%s can't be removed: retire it", old.Name)
			continue
		}
		path := fmt.Sprintf("fields[%d]", i)
		c.check(f.Fields[i].Type == old.Type, path+".type", "can't be changed: add a field of another name")
		c.check(f.Fields[i].Sensitive == old.Sensitive, path+".sensitive", "can't be changed: add a field of another name")
	}
	return c.err("customer.CustomFields")
}

// Take gives the profile its custom values, those of sensitive fields apart.
// Values that the profile has already pass as they are: a field may have been
// narrowed or retired since they were written. What is new must fit; with
// creating, required values must be there, and else they can't be removed.
func (f CustomFields) Take(p Profile, values map[string]any, creating bool) (Profile, error) {
	var c checks
	before := p.CustomValues()
	p.Custom, p.Sensitive = nil, nil
	for _, field := range f.Fields {
		path := "custom." + field.Name
		value, given := values[field.Name]
		was, had := before[field.Name]
		c.check(given || field.Retired || !field.Required || !creating && !had, path, "must be given")
		if !given {
			continue
		}
		if !had || !reflect.DeepEqual(value, was) {
			c.check(!field.Retired, path, "is retired: it takes no new values")
			field.fits(&c, path, value)
		}
		if field.Sensitive {
			p.Sensitive = with(p.Sensitive, field.Name, value)
		} else {
			p.Custom = with(p.Custom, field.Name, value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.ContainsFunc(f.Fields, func(field CustomField) bool { return field.Name == name }) {
			c.check(false, "custom."+name, "there is no such field")
		}
	}
	text, err := json.Marshal(values)
	c.check(err == nil && len(text) <= maxCustomSize, "custom", "must be at most %d bytes altogether", maxCustomSize)
	return p, c.err("customer.Take")
}

// fits says whether the field takes the value, which is as JSON is decoded.
func (f CustomField) fits(c *checks, path string, value any) {
	switch f.Type {
	case Number:
		n, ok := value.(float64)
		c.check(ok && (f.Min == nil || n >= *f.Min) && (f.Max == nil || n <= *f.Max), path, "must be a number within the field's bounds")
	case Boolean:
		_, ok := value.(bool)
		c.check(ok, path, "must be true or false")
	default:
		s, ok := value.(string)
		if !ok {
			c.check(false, path, "must be a string")
			return
		}
		switch f.Type {
		case Date:
			_, err := time.Parse(time.DateOnly, s)
			c.check(err == nil, path, "must be a date like 2026-05-17")
		case Choice:
			c.check(slices.Contains(f.Options, s), path, "must be one of the field's options")
		default:
			longest := f.MaxLength
			if longest == 0 {
				longest = maxText
			}
			c.text(s, path, longest)
			c.unmasked(s, path)
		}
	}
}

// CustomValues are all values of the retailer's own fields, sensitive or not.
func (p Profile) CustomValues() map[string]any {
	values := maps.Clone(p.Custom)
	for name, value := range p.Sensitive {
		values = with(values, name, value)
	}
	return values
}

func with(values map[string]any, name string, value any) map[string]any {
	if values == nil {
		values = map[string]any{}
	}
	values[name] = value
	return values
}
