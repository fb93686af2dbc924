package check

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

type importRow struct {
	number             string
	who, ours, outside []string
	because            string
}

type policyOfImports struct {
	lets map[string][]string
	rows []importRow
}

func parseImportPolicy(text string) (p policyOfImports, _ error) {
	p.lets = map[string][]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if name, value, ok := strings.Cut(strings.TrimPrefix(line, "let "), "="); ok && strings.HasPrefix(line, "let ") {
			p.lets[strings.TrimSpace(name)] = strings.Fields(value)
			continue
		}
		cells := strings.Split(line, "|")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "row ") {
			continue
		}
		if len(cells) != 5 {
			return p, fmt.Errorf("a row has five cells: %q", line)
		}
		if number := strings.TrimSpace(cells[0]); number != "" {
			p.rows = append(p.rows, importRow{number: number})
		}
		row := &p.rows[len(p.rows)-1]
		row.who = append(row.who, strings.Fields(cells[1])...)
		row.ours = append(row.ours, strings.Fields(strings.TrimSpace(cells[2]))...)
		row.outside = append(row.outside, strings.Fields(strings.TrimSpace(cells[3]))...)
		row.because += strings.TrimSpace(cells[4])
	}
	return p, nil
}

// judge returns a sentence for each import that its row does not name, each package without a
// row and each pattern without a package.
func (p policyOfImports) judge(packages []goPackage) (breaches []string) {
	matched := map[string]bool{}
	for _, pkg := range packages {
		row, position := p.rowOf(pkg.path)
		if row == nil {
			breaches = append(breaches, fmt.Sprintf("%s stands in no row of the policy", pkg.path))
			continue
		}
		matched[row.number+row.who[position]] = true
		for _, imported := range pkg.imports {
			if !p.allows(row, position, imported) {
				breaches = append(breaches, fmt.Sprintf("%s imports %s, which row %s does not name (%s)", pkg.path, imported, row.number, row.because))
			}
		}
		for _, imported := range pkg.testImports {
			if imported != module+pkg.path && !p.allows(row, position, imported) && !p.isTester(row, imported) {
				breaches = append(breaches, fmt.Sprintf("a test of %s imports %s, which row %s does not name", pkg.path, imported, row.number))
			}
		}
	}
	for _, row := range p.rows {
		for _, pattern := range row.who {
			if !matched[row.number+pattern] {
				breaches = append(breaches, fmt.Sprintf("row %s: %s matches no package", row.number, pattern))
			}
		}
	}
	return breaches
}

func (p policyOfImports) rowOf(pkg string) (*importRow, int) {
	for i := range p.rows {
		for position, pattern := range p.rows[i].who {
			if matches(pattern, pkg) {
				return &p.rows[i], position
			}
		}
	}
	return nil, 0
}

func (p policyOfImports) allows(row *importRow, position int, imported string) bool {
	if ours, ok := strings.CutPrefix(imported, module); ok {
		return p.names(row.ours, row.who[:position], ours)
	}
	guarded := slices.Contains(p.lets["guarded"], imported)
	if standard := !strings.Contains(strings.Split(imported, "/")[0], "."); standard && !guarded {
		return true
	}
	return p.within(row.outside, imported)
}

// names tells whether the cell "of ours" holds the package.
func (p policyOfImports) names(cell, earlier []string, pkg string) bool {
	for _, word := range cell {
		switch number, isRow := strings.CutPrefix(word, "row-"); {
		case word == "any":
			return true
		case word == "earlier":
			if slices.ContainsFunc(earlier, func(pattern string) bool { return matches(pattern, pkg) }) {
				return true
			}
		case isRow:
			if row, _ := p.rowOf(pkg); row != nil && row.number == number {
				return true
			}
		case matches(word, pkg):
			return true
		}
	}
	return false
}

// within tells whether the cell "from outside" holds the import.
func (p policyOfImports) within(cell []string, imported string) bool {
	for _, word := range cell {
		for _, prefix := range append([]string{word}, p.lets[word]...) {
			if word == "any" || imported == prefix || strings.HasPrefix(imported, prefix+"/") && strings.Contains(prefix, ".") {
				return true
			}
		}
	}
	return false
}

// isTester tells whether only a test of the row's packages may import it.
func (p policyOfImports) isTester(row *importRow, imported string) bool {
	forTests := slices.Clone(p.lets["testers"])
	for _, word := range append(slices.Clone(row.ours), row.outside...) {
		if name, ok := strings.CutSuffix(word, "(test)"); ok {
			forTests = append(forTests, name)
		}
	}
	if ours, ok := strings.CutPrefix(imported, module); ok {
		return p.names(forTests, nil, ours)
	}
	return p.within(forTests, imported)
}

func matches(pattern, pkg string) bool {
	if top, _, _ := strings.Cut(pattern, "/"); !slices.Contains([]string{"docs", "functions", "infra", "internal"}, top) {
		pattern = "internal/" + pattern
	}
	if folder, ok := strings.CutSuffix(pattern, "/**"); ok {
		return pkg == folder || strings.HasPrefix(pkg, folder+"/")
	}
	ok, err := path.Match(pattern, pkg)
	return err == nil && ok
}
