package api

import (
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// schemaName names a type in the document. Types of one name are told apart by
// their package ("ChurnReason", "DecisionReason"); those of crm and of this
// package need no help.
func schemaName(t reflect.Type, hint string) string {
	name := ""
	for part := range strings.SplitSeq(huma.DefaultSchemaNamer(t, hint), "-") {
		if part != "" {
			name += strings.ToUpper(part[:1]) + part[1:]
		}
	}
	of := path.Base(home(t))
	if of == "api" || of == "crm" || of == "." || strings.HasPrefix(of, strings.ToLower(name)) || strings.HasPrefix(strings.ToLower(name), of) {
		return name
	}
	return strings.ToUpper(of[:1]) + of[1:] + name
}

// home is the package of a type; a struct without a name is at home where the
// first of its fields is that has a home.
func home(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return home(t.Elem())
	case reflect.Struct:
		if t.Name() != "" {
			return t.PkgPath()
		}
		for f := range t.Fields() {
			if at := home(f.Type); at != "" {
				return at
			}
		}
	}
	return t.PkgPath()
}
