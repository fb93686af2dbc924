package purchases

import (
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	const file = `# bought at a market stall
date,amount,customer,quantity
1997-01-31,29.33,Mei Chen,2

1998-12-01,5,"Li, Wei",1
`
	got, err := Read(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	want := []Purchase{
		{Line: 3, Customer: "Mei Chen", Date: mustDay(t, "1997-01-31"), Quantity: 2, Amount: 2933},
		{Line: 5, Customer: "Li, Wei", Date: mustDay(t, "1998-12-01"), Quantity: 1, Amount: 500},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Fatalf("got %+v, want %+v", got, want)
	}
}

func TestAWrongFileNamesLineAndColumn(t *testing.T) {
	const header = "customer,date,quantity,amount\n"
	for name, test := range map[string]struct{ file, want string }{
		"nothing":               {"", "the file is empty"},
		"only a header":         {header, "no purchases"},
		"another header":        {"who,date,quantity,amount\n", "line 1: there is no column customer"},
		"an empty customer":     {header + "1,1997-01-01,1,2\n ,1997-01-01,1,2\n", "line 3, column 1 (customer): is empty"},
		"a date that is none":   {header + "1,1997-02-30,1,2\n", "line 2, column 3 (date): \"1997-02-30\""},
		"a date before 1970":    {header + "1,1969-12-31,1,2\n", "line 2, column 3 (date)"},
		"no quantity":           {header + "1,1997-01-01,,2\n", "line 2, column 14 (quantity)"},
		"a quantity of nothing": {header + "1,1997-01-01,0,2\n", "line 2, column 14 (quantity)"},
		"half a piece":          {header + "1,1997-01-01,1.5,2\n", "line 2, column 14 (quantity)"},
		"a negative amount":     {header + "1,1997-01-01,1,-2\n", "line 2, column 16 (amount): \"-2\""},
		"a third decimal":       {header + "1,1997-01-01,1,2.001\n", "line 2, column 16 (amount)"},
		"a decimal comma":       {header + "1,1997-01-01,1,\"2,50\"\n", "line 2, column 16 (amount)"},
		"an exponent":           {header + "1,1997-01-01,1,1e3\n", "line 2, column 16 (amount)"},
		"an amount too large":   {header + "1,1997-01-01,1,99999999999999999\n", "line 2, column 16 (amount)"},
		"a field too few":       {header + "1,1997-01-01,1\n", "record on line 2: wrong number of fields"},
		"a quote in mid-field":  {header + "1,1997-01-01,1\",2\n", "parse error on line 2, column 15"},
	} {
		t.Run(name, func(t *testing.T) {
			all, err := Read(strings.NewReader(test.file))
			if err == nil {
				t.Fatalf("read as %+v", all)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Fatalf("%q does not say %q", err, test.want)
			}
		})
	}
}

func mustDay(t *testing.T, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
