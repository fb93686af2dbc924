package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// sketch leaves out of the description what nobody is held to, the shape of
// answers: most of what registering costs, and every function registers at
// every start.
type sketch struct {
	huma.Registry
	asked, answered reflect.Type // of the operation that is being registered: its bodies
}

func (s *sketch) Schema(t reflect.Type, ref bool, hint string) *huma.Schema {
	if t == s.answered && t != s.asked {
		return &huma.Schema{}
	}
	return s.Registry.Schema(t, ref, hint)
}

// bodyOf is the type of the body that an input or an output has; nil: none.
func bodyOf(t reflect.Type) reflect.Type {
	if f, there := t.FieldByName("Body"); there {
		return f.Type
	}
	return nil
}
