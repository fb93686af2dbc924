package main

import (
	"fmt"
	"time"

	"github.com/brianvoe/gofakeit/v7"
)

// person is somebody of the demonstration data.
type person struct {
	Name    string
	Account account // at the online shop; its e-mail is theirs at the till, too
	Phone   string
	Card    string
	Orders  []demoOrder
	Calls   []day // dates on which we talked to them
}

// demoOrder is an order at the till of a store, or of the online shop.
type demoOrder struct {
	purchase
	Placed time.Duration // time of day
	Store  string        // empty: online
}

// habit is how a kind of customer buys: so often, so much, so long ago. Amounts
// are yuan.
type habit struct {
	people         int
	times          [2]int // orders, from … to
	lastDaysAgo    [2]int
	daysBetween    [2]int
	yuan           [2]int
	calledDaysAgo  [2]int // 0: nobody called
	onlineOutOfTen int
}

// habits are those of a shop in good health: every level, tier and status is
// there, and some repeat buyers have been silent for too long.
var habits = []habit{
	{people: 6, times: [2]int{10, 16}, lastDaysAgo: [2]int{1, 25}, daysBetween: [2]int{14, 30}, yuan: [2]int{5000, 9000}, onlineOutOfTen: 3},  // diamond
	{people: 8, times: [2]int{6, 8}, lastDaysAgo: [2]int{3, 60}, daysBetween: [2]int{25, 40}, yuan: [2]int{1800, 2600}, onlineOutOfTen: 5},    // gold, loyal
	{people: 5, times: [2]int{1, 2}, lastDaysAgo: [2]int{10, 80}, daysBetween: [2]int{20, 90}, yuan: [2]int{11000, 19000}, onlineOutOfTen: 2}, // gold, new
	{people: 8, times: [2]int{3, 4}, lastDaysAgo: [2]int{5, 60}, daysBetween: [2]int{20, 60}, yuan: [2]int{200, 900}, onlineOutOfTen: 7},      // silver, often
	{people: 12, times: [2]int{1, 2}, lastDaysAgo: [2]int{2, 110}, daysBetween: [2]int{30, 150}, yuan: [2]int{80, 1200}, onlineOutOfTen: 7},   // silver, now and then
	{people: 7, times: [2]int{3, 6}, lastDaysAgo: [2]int{122, 200}, daysBetween: [2]int{25, 45}, yuan: [2]int{400, 3000}, onlineOutOfTen: 5},  // silent: warned about
	{people: 3, times: [2]int{3, 6}, lastDaysAgo: [2]int{130, 160}, daysBetween: [2]int{25, 45}, yuan: [2]int{400, 3000}, calledDaysAgo: [2]int{45, 60}, onlineOutOfTen: 5},
	{people: 5, times: [2]int{1, 1}, lastDaysAgo: [2]int{130, 340}, daysBetween: [2]int{1, 1}, yuan: [2]int{100, 2500}, onlineOutOfTen: 6},   // came once
	{people: 5, times: [2]int{1, 4}, lastDaysAgo: [2]int{370, 440}, daysBetween: [2]int{20, 40}, yuan: [2]int{300, 4000}, onlineOutOfTen: 5}, // lost
	{people: 3}, // signed up, never bought
}

var (
	surnames = []struct{ han, latin string }{{"王", "wang"}, {"李", "li"}, {"张", "zhang"}, {"刘", "liu"}, {"陈", "chen"}, {"杨", "yang"}, {"黄", "huang"}, {"赵", "zhao"}, {"吴", "wu"}, {"周", "zhou"}}
	given    = []struct{ han, latin string }{{"敏", "min"}, {"静", "jing"}, {"丽", "li"}, {"强", "qiang"}, {"磊", "lei"}, {"洋", "yang"}, {"艳", "yan"}, {"勇", "yong"}, {"娜", "na"}, {"秀英", "xiuying"}, {"桂兰", "guilan"}, {"晓明", "xiaoming"}, {"佳怡", "jiayi"}}
)

// generate makes the people, the same ones for the same day.
func generate(today day, tills []string) (people []person) {
	faker := gofakeit.New(20)
	between := func(r [2]int) int { return faker.IntRange(r[0], r[1]) }
	line := 0
	for _, h := range habits {
		for range h.people {
			n := len(people) + 1
			family, own := surnames[n%len(surnames)], given[n%len(given)]
			p := person{
				Name:  family.han + own.han,
				Phone: fmt.Sprintf("1990000%04d", n),
				Card:  fmt.Sprintf("M-%04d", n),
			}
			p.Account = account{ID: firstAccount + int64(n), Last: family.han, First: own.han, Email: fmt.Sprintf("%s.%s@example.com", own.latin, family.latin)}
			till := faker.RandomString(tills)
			on := today - day(between(h.lastDaysAgo))
			for range between(h.times) {
				line++
				o := demoOrder{purchase: purchase{Line: line, Customer: p.Card, Date: on, Quantity: 1, Amount: int64(between(h.yuan)) * 100}}
				o.Placed = time.Duration(faker.IntRange(10*60, 20*60)) * time.Minute
				if faker.IntRange(1, 10) > h.onlineOutOfTen {
					o.Store = till
				}
				p.Orders = append(p.Orders, o)
				on -= day(between(h.daysBetween))
			}
			if h.calledDaysAgo[0] > 0 {
				p.Calls = append(p.Calls, today-day(between(h.calledDaysAgo)))
			}
			people = append(people, p)
		}
	}
	return people
}
