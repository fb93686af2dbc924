package standing_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/history"
	"guanxi/internal/standing"
)

var update = flag.Bool("update", false, "rewrite testdata from what the code says now")

// stories are customers as a shop manager would tell of them, on 2026-03-01.
func stories() map[string]history.History {
	on := func(date string, net int64) history.Purchase {
		d, err := crm.ParseDate(date)
		if err != nil {
			panic(err)
		}
		return history.Purchase{Date: d, Net: net, Orders: 1}
	}
	contact := func(date string) crm.Date { return on(date, 0).Date }
	return map[string]history.History{
		"signed up and never bought":     {},
		"talked and never bought":        {Contacts: []crm.Date{contact("2026-02-20")}},
		"bought once today":              {Purchases: []history.Purchase{on("2026-03-01", 29_900)}},
		"a little short of diamond":      {Purchases: []history.Purchase{on("2025-03-05", 500_000), on("2025-09-09", 2_000_000), on("2026-02-01", 2_377_000)}},
		"gold by a hair":                 {Purchases: []history.Purchase{on("2025-03-05", 200_000), on("2025-12-09", 810_000)}},
		"diamond whose summer will fade": {Purchases: []history.Purchase{on("2025-07-20", 4_100_000), on("2025-11-11", 700_000), on("2025-12-12", 300_000), on("2026-02-14", 100_000)}},
		"a regular on small sums":        {Purchases: []history.Purchase{on("2025-12-01", 9_900), on("2026-01-02", 12_000), on("2026-02-20", 8_800)}},
		"silent for four months":         {Purchases: []history.Purchase{on("2025-06-18", 1_500_000), on("2025-10-30", 40_000)}, Contacts: []crm.Date{contact("2025-11-01")}},
		"warned about and then phoned":   {Purchases: []history.Purchase{on("2025-06-18", 150_000), on("2025-07-30", 40_000)}, Contacts: []crm.Date{contact("2026-02-25")}},
		"Ms Li with a model":             {Purchases: []history.Purchase{on("2025-03-10", 900_000), on("2025-09-12", 180_000), on("2026-01-20", 240_000)}},
		"Ms Li with grace":               {Purchases: []history.Purchase{on("2025-02-20", 900_000), on("2025-09-12", 180_000), on("2025-11-20", 240_000)}},
		"gone for years":                 {Purchases: []history.Purchase{on("2021-06-18", 6_000_000), on("2022-07-30", 40_000)}},
	}
}

// withModel has one whose purchases are CDNOW's, and whose amounts are a retailer's.
func withModel() standing.Basis {
	return standing.Basis{Policy: standing.Default(), Versions: standing.Versions{Model: 1}, Model: &clv.Model{Version: 1, Currency: "CNY", Usable: true, Learnt: clv.Learnt{
		Purchases: &clv.Fit[clv.BGNBD]{Model: clv.BGNBD{R: 0.243, Alpha: 30.9, A: 0.793, B: 2.426}},
		Spend:     &clv.Fit[clv.GammaGamma]{Model: clv.GammaGamma{P: 6.25, Q: 3.74, Gamma: 770}}}}}
}

func TestReasonsAsPeopleReadThem(t *testing.T) {
	today, err := crm.ParseDate("2026-03-01")
	if err != nil {
		t.Fatal(err)
	}
	p := standing.Default()
	for name, h := range stories() {
		b := standing.Basis{Policy: p}
		if strings.HasSuffix(name, "with a model") {
			b = withModel()
		}
		if strings.HasSuffix(name, "with grace") {
			b.Policy.Level.GraceDays, b.Policy.Tier.GraceDays = 60, 30
		}
		classes, reasons := standing.Judge(b.Policy, standing.Measure(b, h, today))
		var told strings.Builder
		for _, r := range reasons {
			fmt.Fprintf(&told, "%s: %s, by %s\n", r.Question, r.Answer, r.Rule)
			for _, tried := range r.Tried {
				fmt.Fprintf(&told, "    %s: %t: %s | %s\n", tried.Rule, tried.Holds, tried.Text.EN, tried.Text.ZH)
			}
			for _, i := range r.Inputs {
				fmt.Fprintf(&told, "    %s = %s %s\n", i.Name, i.Value, i.Unit)
			}
			if n := r.RunnerUp; n != nil {
				fmt.Fprintf(&told, "    next is %s, %d %s away: %s\n", n.Answer, n.Distance, n.Unit, n.Text.EN)
				fmt.Fprintf(&told, "    %s\n", n.Text.ZH)
			}
		}
		fmt.Fprintf(&told, "changes at %q, if nothing happens\n", standing.ChangesAt(b, h, today))
		if classes != standing.Classify(b.Policy, standing.Measure(b, h, today)) {
			t.Errorf("%s: judged and classified apart", name)
		}
		golden(t, "reasons/"+strings.ReplaceAll(name, " ", "_")+".txt", told.String())
	}
}

// golden compares with a file under testdata; with -update it writes the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(got, " \n", "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ReplaceAll(got, " \n", "\n") != string(want) {
		t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
	}
}

// life is a history that goes on.
type life struct {
	standing.Basis
	h history.History
}

func (l life) judge(on crm.Date) (standing.Measures, standing.Classes, map[string]decision.Reason) {
	m := standing.Measure(l.Basis, l.h, on)
	c, reasons := standing.Judge(l.Policy, m)
	byQuestion := map[string]decision.Reason{}
	for _, r := range reasons {
		byQuestion[r.Question] = r
	}
	return m, c, byQuestion
}

func (l life) buy(on crm.Date, net int64) life {
	bought := slices.Clone(l.h.Purchases)
	i, there := slices.BinarySearchFunc(bought, on, func(p history.Purchase, d crm.Date) int { return cmp.Compare(p.Date, d) })
	if !there {
		bought = slices.Insert(bought, i, history.Purchase{Date: on})
	}
	bought[i].Net += net
	bought[i].Orders++
	l.h.Purchases = bought
	return l
}

// buyOn buys something for nothing on so many new dates, the last of which is
// returned.
func (l life) buyOn(dates int64, from crm.Date) (life, crm.Date) {
	if l.h.LastPurchase() == from {
		from++
	}
	for range dates {
		l, from = l.buy(from, 0), from+1
	}
	return l, from - 1
}

func (l life) talk(on crm.Date) life {
	l.h.Contacts = append(slices.Clone(l.h.Contacts), on)
	return l
}

// Every runner-up is a promise: who goes the way gets that answer, and who
// stops one short of it does not.
func TestEveryPromiseIsKept(t *testing.T) {
	for range 20 {
		rapid.Check(t, func(t *rapid.T) {
			on := first + crm.Date(rapid.IntRange(0, 900).Draw(t, "on"))
			l := life{bases(t), history.Fold(facts(t, 500), shanghai).Until(on)}
			m, c, reasons := l.judge(on)
			if len(reasons) != 9 {
				t.Fatalf("%d reasons", len(reasons))
			}
			for question, r := range reasons {
				if last := len(r.Tried) - 1; last < 0 || r.Tried[last].Rule != r.Rule || slices.IndexFunc(r.Tried, func(t decision.Tried) bool { return t.Holds }) != last {
					t.Fatalf("%s: %s won of %+v", question, r.Rule, r.Tried)
				}
				if r.RunnerUp == nil {
					continue
				}
				if r.RunnerUp.Distance < 1 || r.RunnerUp.Answer == r.Answer || r.RunnerUp.Text.EN == "" || r.RunnerUp.Text.ZH == "" {
					t.Fatalf("%s: %s: %+v", question, r.Answer, *r.RunnerUp)
				}
				switch r.RunnerUp.Unit {
				case "days":
					onlyTime(t, l, on, r)
				case "contacts":
					if _, _, then := l.talk(on).judge(on); then[question].Answer != r.RunnerUp.Answer {
						t.Fatalf("%s: a contact made %s, not %s", question, then[question].Answer, r.RunnerUp.Answer)
					}
				case "purchase dates":
					purchases(t, l, on, m, r)
				case "CNY minor of value", "basis points of chance":
					worthier(t, l.Policy, m, r)
				case "CNY minor":
					spends(t, l, on, m, c, r)
				default:
					t.Fatalf("%s: unit %q", question, r.RunnerUp.Unit)
				}
			}
		})
	}
}

func onlyTime(t *rapid.T, l life, on crm.Date, r decision.Reason) {
	then := on + crm.Date(r.RunnerUp.Distance)
	_, _, before := l.judge(then - 1)
	_, _, after := l.judge(then)
	if before[r.Question].Answer != r.Answer || after[r.Question].Answer != r.RunnerUp.Answer {
		t.Fatalf("%s: %s on the eve of %s, %s on it; %s was to become %s", r.Question, before[r.Question].Answer, then,
			after[r.Question].Answer, r.Answer, r.RunnerUp.Answer)
	}
}

// worthier holds the thresholds: so much more value, or chance, makes the answer, and
// a little less does not.
func worthier(t *rapid.T, p standing.Policy, m standing.Measures, r decision.Reason) {
	then := func(distance int64) string {
		more := m
		if r.RunnerUp.Unit == "basis points of chance" {
			more.Value.Chance += int(distance)
		} else {
			more.Value.CLV += distance
		}
		return string(standing.Classify(p, more).Tier)
	}
	if got, short := then(r.RunnerUp.Distance), then(r.RunnerUp.Distance-1); got != r.RunnerUp.Answer || short != r.Answer {
		t.Fatalf("tier: %q made %s, a little less %s", r.RunnerUp.Text.EN, got, short)
	}
}

func purchases(t *rapid.T, l life, on crm.Date, m standing.Measures, r decision.Reason) {
	bought, last := l.buyOn(r.RunnerUp.Distance, on)
	_, c, then := bought.judge(last)
	switch answer := then[r.Question].Answer; {
	case r.Question == "level" && slices.Index(levels, c.Level) >= slices.Index(levels, "silver"):
	case r.Question == "tier" && slices.Index(tiers, c.Tier) >= slices.Index(tiers, "basic") && (r.Answer == "none" || r.Answer == "dormant"):
	case r.Question == "tier" && slices.Index(tiers, c.Tier) >= slices.Index(tiers, "growth") && r.RunnerUp.Answer == "growth":
	case r.RunnerUp.Answer == "1 to 5" && answer != "none":
	case answer == r.RunnerUp.Answer:
	default:
		t.Fatalf("%s: %d purchases made %s of %s, not %s", r.Question, r.RunnerUp.Distance, answer, r.Answer, r.RunnerUp.Answer)
	}
	if r.Question == "tier" && r.RunnerUp.Answer == "strategic" && last >= m.LevelEnds {
		t.Fatalf("tier: %q does not fit in before %s", r.RunnerUp.Text, m.LevelEnds)
	}
	if r.Question == "frequency" {
		if short, last := l.buyOn(r.RunnerUp.Distance-1, on); last >= on {
			if _, _, then := short.judge(last); then["frequency"].Answer != r.Answer {
				t.Fatalf("frequency: less than %d purchases made %s", r.RunnerUp.Distance, then["frequency"].Answer)
			}
		}
	}
}

func spends(t *rapid.T, l life, on crm.Date, m standing.Measures, c standing.Classes, r decision.Reason) {
	amount, question := r.RunnerUp.Distance, r.Question
	answer := func(l life, on crm.Date) string { _, _, then := l.judge(on); return then[question].Answer }
	switch {
	case question == "level" && strings.Contains(r.RunnerUp.Text.EN, " keeps "):
		if lost := answer(l, m.LevelEnds); lost != r.RunnerUp.Answer {
			t.Fatalf("level: time alone makes %s, not %s", lost, r.RunnerUp.Answer)
		}
		if on+1 < m.LevelEnds {
			day := crm.Date(rapid.Int32Range(int32(on)+1, int32(m.LevelEnds)-1).Draw(t, "day"))
			if _, kept, _ := l.buy(day, amount).judge(m.LevelEnds); slices.Index(levels, kept.Level) < slices.Index(levels, c.Level) {
				t.Fatalf("level: %d on %s kept %s, not %s", amount, day, kept.Level, r.Answer)
			}
			if short := answer(l.buy(day, amount-1), m.LevelEnds); short == r.Answer {
				t.Fatalf("level: one fen less than %d kept it, too", amount)
			}
		}
	case question == "level":
		day := crm.Date(rapid.Int32Range(int32(on), int32(m.WindowHolds)).Draw(t, "day"))
		if got, short := answer(l.buy(day, amount), day), answer(l.buy(day, amount-1), day); got != r.RunnerUp.Answer || short == got {
			t.Fatalf("level: %d on %s made %s, one fen less %s", amount, day, got, short)
		}
	case question == "money":
		if got, short := answer(l.buy(on, amount), on), answer(l.buy(on, amount-1), on); got != r.RunnerUp.Answer || short != r.Answer {
			t.Fatalf("money: %d made %s, one fen less %s", amount, got, short)
		}
	case strings.Contains(r.RunnerUp.Text.EN, "diamond"):
		if got := answer(l.buy(on, amount), on); got != "strategic" {
			t.Fatalf("tier: %d made %s", amount, got)
		}
	default: // gold, and as often as it takes
		dates := max(1, l.Policy.RFM.FrequencyFor(l.Policy.Tier.StrategicFrequency)-m.Purchases)
		bought, last := l.buyOn(int64(dates), on)
		if got := answer(bought.buy(last, amount), last); got != "strategic" || m.WindowHolds != 0 && last > m.WindowHolds {
			t.Fatalf("tier: %q made %s on %s", r.RunnerUp.Text, got, last)
		}
	}
}

// Four purchases on different dates fit into four days; a day later they no
// longer do, and diamond is the way.
func TestAWayThatNoLongerFitsIsNotOffered(t *testing.T) {
	l := life{standing.Basis{Policy: standing.Default()}, stories()["gold by a hair"]} // until 2026-03-04
	l.Policy.Tier.StrategicFrequency = 5                                               // six purchases; two are there
	for on, want := range map[string]string{
		"2026-03-01": "4 more purchases on different dates by 2026-03-04 make strategic",
		"2026-03-02": "¥39,900.00 more by 2026-03-04 makes diamond and with it strategic",
	} {
		today, err := crm.ParseDate(on)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, reasons := l.judge(today); reasons["tier"].RunnerUp.Text.EN != want {
			t.Errorf("on %s: %q, want %q", on, reasons["tier"].RunnerUp.Text.EN, want)
		}
	}
}

// Measures are stored by the million, sealed.
func TestMeasuresAreSmallAndComeBack(t *testing.T) {
	today, p := crm.Date(20513), standing.Default()
	for name, h := range stories() {
		m := standing.Measure(standing.Basis{Policy: p}, h, today)
		b, err := json.Marshal(m)
		if err != nil || len(b) > 250 {
			t.Errorf("%s: %d bytes, %v\n%s", name, len(b), err, b)
		}
		var back standing.Measures
		if err := json.Unmarshal(b, &back); err != nil || back != m {
			t.Errorf("%s: %+v came back as %+v, %v", name, m, back, err)
		}
		c := standing.Classify(p, m)
		if b, err = json.Marshal(c); err != nil {
			t.Fatal(err)
		}
		var classes standing.Classes
		if err := json.Unmarshal(b, &classes); err != nil || classes != c {
			t.Errorf("%s: %s came back as %+v, %v", name, b, classes, err)
		}
	}
}
