package condition

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"

	"guanxi/internal/crm"
	"guanxi/internal/segment"
)

// Condition is one that was checked and can be asked of customers, by several
// at once.
type Condition struct {
	program cel.Program
	fields  map[string]segment.Field
	moves   bool     // time alone can change the answer
	private []string // the fields of it that some roles see masked
}

// Moves tells whether time alone can change the answer.
func (c Condition) Moves() bool { return c.moves }

// Private are the fields it names that roles without contact data see masked.
func (c Condition) Private() []string { return c.private }

// Compile checks a condition: its form, its names and types, that it answers
// true or false, and what it may cost. What is wrong is told with its place.
func (l Language) Compile(text string) (Condition, error) {
	checked, issues := l.env.Compile(text)
	if issues != nil && issues.Err() != nil {
		var wrong []crm.Field
		for _, e := range issues.Errors() {
			wrong = append(wrong, wrongAt(e.Location.Line(), e.Location.Column()+1, e.Message))
		}
		return Condition{}, refused(wrong[:min(len(wrong), 10)]...)
	}
	if checked.OutputType() != cel.BoolType {
		return Condition{}, refused(wrongAt(1, 1, fmt.Sprintf("must answer true or false, and not a %s", checked.OutputType())))
	}
	estimate, err := l.env.EstimateCost(checked, sizes{})
	if err != nil {
		return Condition{}, &crm.Error{Op: "condition.Compile", Err: err}
	}
	if estimate.Max > mostCost {
		return Condition{}, refused(wrongAt(1, 1, fmt.Sprintf("costs up to %d units of work, more than %d: ask less of lists and texts", estimate.Max, mostCost)))
	}
	program, err := l.env.Program(checked, cel.CostLimit(mostCost))
	if err != nil {
		return Condition{}, refused(wrongAt(1, 1, err.Error()))
	}
	c := Condition{program: program, fields: l.fields}
	l.names(checked, &c)
	return c, nil
}

// names looks through a condition for the fields that it names.
func (l Language) names(checked *cel.Ast, c *Condition) {
	ast.PostOrderVisit(checked.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.IdentKind:
			if f, known := l.fields[e.AsIdent()]; known {
				c.moves = c.moves || f.Moves
				if f.Private {
					c.private = append(c.private, f.Name)
				}
			}
		case ast.SelectKind:
			of := e.AsSelect().Operand()
			if of.Kind() != ast.IdentKind || of.AsIdent() != segment.Custom {
				return
			}
			for _, f := range l.custom.Fields {
				if f.Sensitive && f.Name == e.AsSelect().FieldName() {
					c.private = append(c.private, segment.Custom+"."+f.Name)
				}
			}
		}
	}))
	slices.Sort(c.private)
	c.private = slices.Compact(c.private)
}

func wrongAt(line, column int, message string) crm.Field {
	message, _, _ = strings.Cut(message, "\n")
	return crm.Field{Path: "condition", Message: fmt.Sprintf("line %d, column %d: %s", line, column, message)}
}

func refused(wrong ...crm.Field) error {
	return &crm.Error{Op: "condition.Compile", Kind: crm.Invalid, Detail: "the condition can't be used", Fields: wrong}
}

// Holds asks the condition of a customer on a date. An error means that it
// could not be answered, as where it divides by a number that is zero: then it
// does not hold.
func (c Condition) Holds(s segment.Subject, on crm.Date) (bool, error) {
	answer, _, err := c.program.Eval(asked{c.fields, s, on})
	if err != nil {
		return false, err
	}
	holds, _ := answer.Value().(bool)
	return holds, nil
}

// asked takes the values of the fields that are named, when they are.
type asked struct {
	fields  map[string]segment.Field
	subject segment.Subject
	on      crm.Date
}

func (a asked) ResolveName(name string) (any, bool) {
	f, known := a.fields[name]
	if !known {
		return nil, false
	}
	return f.Of(a.subject, a.on), true
}

func (a asked) Parent() cel.Activation { return nil }
