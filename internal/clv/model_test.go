package clv

import (
	"encoding/json"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"math/rand/v2"
)

// simulated are customers of the model, each seen on the last day and with the
// last HeldOut days held out.
func simulated(customers, days int) (all []Seen) {
	source := rand.NewPCG(11, 1)
	amounts := GammaGamma{P: 6, Q: 4, Gamma: 15}
	for i := range customers {
		age := days - i*days/2/customers
		life := cdnow.life(float64(age+1), source)
		s := Seen{Customer: Customer{Row: row(life, age)}}
		nu := distuv.Gamma{Alpha: amounts.Q, Beta: amounts.Gamma, Src: source}.Rand()
		for range s.Frequency {
			s.Mean += distuv.Gamma{Alpha: amounts.P, Beta: nu, Src: source}.Rand() / float64(s.Frequency)
		}
		if age >= HeldOut {
			before := row(life, age-HeldOut)
			s.Held = &Case{Row: before, Bought: s.Frequency - before.Frequency}
		}
		all = append(all, s)
	}
	return all
}

func TestABaseLearnsTheModelItWasMadeBy(t *testing.T) {
	whole, parts := NewBase(), [2]*Base{NewBase(), NewBase()}
	for i, s := range simulated(20_000, 700) {
		whole.Add(s)
		parts[i%2].Add(s)
	}
	l := whole.Learn(DefaultGates())
	if !l.Usable() || !l.SpendUsable() {
		t.Fatalf("not usable: %+v", l)
	}
	for name, pair := range map[string][2]float64{
		"r": {l.Purchases.Model.R, cdnow.R}, "alpha": {l.Purchases.Model.Alpha, cdnow.Alpha}, "q": {l.Spend.Model.Q, 4},
	} {
		if math.Abs(math.Log(pair[0]/pair[1])) > 0.2 {
			t.Errorf("%s is %.4g, was %.4g", name, pair[0], pair[1])
		}
	}
	parts[1].Merge(parts[0])
	if a, b := asJSON(t, l), asJSON(t, parts[1].Learn(DefaultGates())); a != b {
		t.Errorf("parts that are merged learn another model:\n%s\n%s", a, b)
	}
	var back Learnt
	if err := json.Unmarshal([]byte(asJSON(t, l)), &back); err != nil || asJSON(t, back) != asJSON(t, l) {
		t.Errorf("not read back: %v", err)
	}
}

func asJSON(t *testing.T, l Learnt) string {
	t.Helper()
	text, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Bases from which nothing can be learnt say why, and are not used.
func TestDegenerateBasesAreNotUsed(t *testing.T) {
	once := Seen{Customer: Customer{Row: Row{Age: 300}}, Held: &Case{Row: Row{Age: 210}}}
	twice := Seen{Customer: Customer{Row: Row{1, 30, 300}, Mean: 10}, Held: &Case{Row: Row{1, 30, 210}}}
	for name, c := range map[string]struct {
		seen   []Seen
		reason Reason
	}{
		"nobody":         {nil, TooFew},
		"one customer":   {[]Seen{twice}, TooFew},
		"nobody repeats": {[]Seen{once, once, {Customer: Customer{Row: Row{Age: 20}}}}, NobodyRepeats},
		"all alike":      {[]Seen{twice, twice, twice}, AllAlike},
	} {
		b := NewBase()
		for _, s := range c.seen {
			b.Add(s)
		}
		l := b.Learn(DefaultGates())
		if l.Usable() || l.SpendUsable() || l.PurchasesUnfit == nil || l.PurchasesUnfit.Reason != c.reason {
			t.Errorf("%s: %s", name, asJSON(t, l))
		}
	}
	few := NewBase()
	for _, s := range simulated(300, 700) {
		few.Add(s)
	}
	if l := few.Learn(DefaultGates()); l.Usable() {
		t.Errorf("300 customers are enough: %s", asJSON(t, l))
	}
}
