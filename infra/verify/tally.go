package main

import "fmt"

// tally adds up what lists show, to be held against the count of the night.
type tally struct {
	Customers   int
	Level, Tier map[string]int
	Moved       int // decided since the night of the count: these may have been in another class
}

func newTally() tally { return tally{Level: map[string]int{}, Tier: map[string]int{}} }

// add counts a customer, whom the night of the count may have seen elsewhere.
func (t *tally) add(a said, night string) {
	t.Customers++
	t.Level[orNone(a.Listed.Level)]++
	t.Tier[orNone(a.Listed.Tier)]++
	if a.Stands.On >= night && a.Stands.Cause != "review" {
		t.Moved++
	}
}

func orNone(class string) string {
	if class == "" {
		return "none"
	}
	return class
}

// against names where the night's count found fewer than there are. More is no
// difference: who has been deleted stays in the figures, and in no list.
func (t *tally) against(m mix) (wrong []difference) {
	slack := t.Moved + m.Stale
	fewer := func(what string, counted, listed int) {
		if counted < listed-slack {
			wrong = append(wrong, difference{"figures", what, fmt.Sprint(counted), fmt.Sprintf("%d, of whom %d may have moved since", listed, slack)})
		}
	}
	fewer("customers", m.Customers, t.Customers)
	for _, class := range []struct {
		name    string
		counted []part
		listed  map[string]int
	}{{"level", m.Level, t.Level}, {"tier", m.Tier, t.Tier}} {
		counted := map[string]int{}
		for _, p := range class.counted {
			counted[p.Name] = p.Share.Hits
		}
		for _, name := range []string{"none", "diamond", "gold", "silver", "strategic", "growth", "basic", "dormant"} {
			fewer(class.name+" "+name, counted[name], class.listed[name])
		}
	}
	return wrong
}
