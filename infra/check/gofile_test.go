package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// goFile is a parsed file of the repository; its methods find what a rule forbids.
type goFile struct {
	path   string
	test   bool
	files  *token.FileSet
	syntax *ast.File
}

// product is what runs in the cloud: internal and functions, without their tests.
func product(t *testing.T) []goFile {
	t.Helper()
	return slices.DeleteFunc(sources(t, "internal", "functions"), func(s goFile) bool {
		return s.test || strings.HasPrefix(s.path, "internal/store/storetest/")
	})
}

func sources(t *testing.T, folders ...string) (all []goFile) {
	t.Helper()
	files := token.NewFileSet()
	for _, folder := range folders {
		before := len(all)
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() && entry.Name() == "testdata" {
				return fs.SkipDir
			}
			if entry.IsDir() || filepath.Ext(path) != ".go" {
				return nil
			}
			syntax, err := parser.ParseFile(files, path, nil, 0)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			all = append(all, goFile{path: name, test: strings.HasSuffix(path, "_test.go"), files: files, syntax: syntax})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == before {
			t.Fatalf("no Go files under %s", folder)
		}
	}
	return all
}

func (s goFile) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.files.Position(n.Pos()).Line)
}

// calls finds the uses of a package's functions, whatever the file calls the package.
func (s goFile) calls(pkg string, functions ...string) (breaches []string) {
	name := pkg
	for _, spec := range s.syntax.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err == nil && spec.Name != nil && (path == pkg || strings.HasSuffix(path, "/"+pkg)) {
			name = spec.Name.Name
		}
	}
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		if use, ok := n.(*ast.SelectorExpr); ok && slices.Contains(functions, use.Sel.Name) {
			if x, ok := use.X.(*ast.Ident); ok && x.Name == name {
				breaches = append(breaches, fmt.Sprintf("%s: %s.%s", s.at(n), pkg, use.Sel.Name))
			}
		}
		return true
	})
	return breaches
}

// skips finds t.Skip and its like where t belongs to testing. (In a property it draws again.)
func (s goFile) skips() (breaches []string) {
	var inspect func(scope ast.Node, owner map[string]string)
	inspect = func(scope ast.Node, owner map[string]string) {
		ast.Inspect(scope, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncLit); ok && n != scope {
				inspect(f, withParameters(owner, f.Type))
				return false
			}
			if use, ok := n.(*ast.SelectorExpr); ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, use.Sel.Name) {
				if x, ok := use.X.(*ast.Ident); ok && owner[x.Name] == "testing" {
					breaches = append(breaches, s.at(n)+": "+x.Name+"."+use.Sel.Name)
				}
			}
			return true
		})
	}
	for _, declaration := range s.syntax.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok {
			inspect(f, withParameters(nil, f.Type))
		}
	}
	return breaches
}

// withParameters adds which package the type of each parameter comes from, for *pkg.T and pkg.T.
func withParameters(outer map[string]string, f *ast.FuncType) map[string]string {
	owner := maps.Clone(outer)
	if owner == nil {
		owner = map[string]string{}
	}
	for _, parameter := range f.Params.List {
		kind := parameter.Type
		if pointer, ok := kind.(*ast.StarExpr); ok {
			kind = pointer.X
		}
		selector, ok := kind.(*ast.SelectorExpr)
		if !ok {
			continue
		}
		for _, name := range parameter.Names {
			owner[name.Name] = fmt.Sprint(selector.X)
		}
	}
	return owner
}

// state finds init functions and changes of package variables in the files of one package.
// Variables that nobody changes (errors, patterns, tables, embedded files) are constants that
// Go has no word for.
func state(files []goFile) (breaches []string) {
	variables := map[string]bool{}
	for _, file := range files {
		for _, declaration := range file.syntax.Decls {
			switch declaration := declaration.(type) {
			case *ast.FuncDecl:
				if declaration.Name.Name == "init" && declaration.Recv == nil {
					breaches = append(breaches, file.at(declaration)+": init")
				}
			case *ast.GenDecl:
				for _, spec := range declaration.Specs {
					if value, ok := spec.(*ast.ValueSpec); ok && declaration.Tok == token.VAR {
						for _, name := range value.Names {
							variables[name.Name] = true
						}
					}
				}
			}
		}
	}
	for _, file := range files {
		changed := func(n ast.Node, target ast.Expr) {
			if name := rootOf(target); name != nil && variables[name.Name] && !local(file.syntax, name) {
				breaches = append(breaches, fmt.Sprintf("%s: changes the package variable %s", file.at(n), name.Name))
			}
		}
		ast.Inspect(file.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, target := range n.Lhs {
						changed(n, target)
					}
				}
			case *ast.IncDecStmt:
				changed(n, n.X)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					changed(n, n.X)
				}
			}
			return true
		})
	}
	return breaches
}

// rootOf is x in x, x[i], x.f, *x and (x).
func rootOf(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.IndexExpr:
		return rootOf(e.X)
	case *ast.SelectorExpr:
		return rootOf(e.X)
	case *ast.StarExpr:
		return rootOf(e.X)
	case *ast.ParenExpr:
		return rootOf(e.X)
	}
	return nil
}

// local tells whether the name was declared inside a function. The parser resolves names
// within their file; one that it leaves open belongs to the package.
func local(file *ast.File, name *ast.Ident) bool {
	return name.Obj != nil && file.Scope.Lookup(name.Name) != name.Obj
}

func literal(e ast.Expr) (string, bool) {
	if basic, ok := e.(*ast.BasicLit); ok && basic.Kind == token.STRING {
		text, err := strconv.Unquote(basic.Value)
		return text, err == nil
	}
	return "", false
}
