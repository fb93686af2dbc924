// Package condition compiles and evaluates the conditions of segments: CEL
// (cel.dev), the Common Expression Language, over the fields that the package
// segment lists. A condition is checked for form, types and cost when it is
// saved, so that what is evaluated with every decision is small and can't run
// away. Whoever links it pays 3 ms at start and 8 MB.
package condition

import (
	"math"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"

	"guanxi/internal/customer"
	"guanxi/internal/segment"
)

// Language is what conditions may say: the fields, and the retailer's own.
type Language struct {
	env    *cel.Env
	fields map[string]segment.Field
	custom customer.CustomFields
}

const (
	// mostCost bounds the work of one evaluation, in CEL's units: about a tenth of
	// a microsecond each. Reading a field and comparing it are 2.
	mostCost = 10_000
	// mostNesting is how deep a comprehension may lie in another.
	mostNesting = 2
)

// New is the language of a deployment with these fields of its own.
func New(custom customer.CustomFields) (Language, error) {
	l := Language{fields: map[string]segment.Field{}, custom: custom}
	registry, err := types.NewRegistry()
	if err != nil {
		return l, err
	}
	options := []cel.EnvOption{
		cel.CustomTypeProvider(own{registry, custom}), cel.CustomTypeAdapter(registry),
		cel.CrossTypeNumericComparisons(true),
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateComprehensionNestingLimit(mostNesting)),
	}
	for _, f := range segment.Fields() {
		l.fields[f.Name] = f
		options = append(options, cel.Variable(f.Name, typeOf(f.Type)))
	}
	l.env, err = cel.NewEnv(options...)
	return l, err
}

// customType is the name under which CEL knows the retailer's own fields.
const customType = "guanxi.Custom"

func typeOf(t segment.Type) *cel.Type {
	switch t {
	case segment.Number:
		return cel.IntType
	case segment.Truth:
		return cel.BoolType
	case segment.Words:
		return cel.ListType(cel.StringType)
	case segment.Customs:
		return cel.ObjectType(customType)
	}
	return cel.StringType
}

// own lets CEL check the retailer's own fields, by name and type. Their values
// are a map, of which CEL reads them by name.
type own struct {
	types.Provider
	custom customer.CustomFields
}

func (o own) FindStructType(name string) (*types.Type, bool) {
	if name == customType {
		return types.NewTypeTypeWithParam(types.NewObjectType(customType)), true
	}
	return o.Provider.FindStructType(name)
}

func (o own) FindStructFieldNames(name string) ([]string, bool) {
	if name != customType {
		return o.Provider.FindStructFieldNames(name)
	}
	names := make([]string, len(o.custom.Fields))
	for i, f := range o.custom.Fields {
		names[i] = f.Name
	}
	return names, true
}

func (o own) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if name != customType {
		return o.Provider.FindStructFieldType(name, field)
	}
	i := slices.IndexFunc(o.custom.Fields, func(f customer.CustomField) bool { return f.Name == field })
	if i < 0 {
		return nil, false
	}
	switch o.custom.Fields[i].Type {
	case customer.Number:
		return &types.FieldType{Type: types.DoubleType}, true
	case customer.Boolean:
		return &types.FieldType{Type: types.BoolType}, true
	}
	return &types.FieldType{Type: types.StringType}, true
}

// sizes tells the estimate of costs how long values can be: lists as the
// profile allows, words as the longest text of one's own.
type sizes struct{}

const (
	longestList = 50
	longestWord = 1000
)

func (sizes) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	switch n.Type().Kind() {
	case types.ListKind:
		return &cost.SizeEstimate{Max: longestList, Elem: &cost.SizeEstimate{Max: longestWord}}
	case types.StringKind:
		return &cost.SizeEstimate{Max: longestWord}
	}
	return &cost.SizeEstimate{Max: math.MaxUint32}
}

func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil // the language's own functions have their own
}
