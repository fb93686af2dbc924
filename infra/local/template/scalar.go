package template

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// The template's scalars are lenient as CloudFormation's are: a parameter is always a string, also where a number or a
// truth value is meant, and an environment variable may be written as a number.
type (
	// Int is a whole number, or a text of one.
	Int int
	// Float is a number, or a text of one.
	Float float64
	// Bool is a truth value, or a text of one.
	Bool bool
	// Text is a text, or a number or truth value as one.
	Text string
	// Texts is one text or a list of them.
	Texts []string
)

func (i *Int) UnmarshalJSON(b []byte) error {
	n, err := strconv.Atoi(unquote(b))
	if err != nil {
		return fmt.Errorf("%s is not a whole number", b)
	}
	*i = Int(n)
	return nil
}

func (f *Float) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseFloat(unquote(b), 64)
	if err != nil {
		return fmt.Errorf("%s is not a number", b)
	}
	*f = Float(n)
	return nil
}

func (t *Bool) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseBool(unquote(b))
	if err != nil {
		return fmt.Errorf("%s is neither true nor false", b)
	}
	*t = Bool(v)
	return nil
}

func (t *Text) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte("{")) || bytes.HasPrefix(b, []byte("[")) {
		return fmt.Errorf("%s is not a text", b)
	}
	*t = Text(unquote(b))
	return nil
}

func (t *Texts) UnmarshalJSON(b []byte) error {
	var one Text
	if one.UnmarshalJSON(b) == nil {
		*t = Texts{string(one)}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// unquote gives a JSON scalar's text.
func unquote(b []byte) string {
	var s string
	if json.Unmarshal(b, &s) == nil {
		return s
	}
	return string(b)
}
