module concbench-goroutines

go 1.19
