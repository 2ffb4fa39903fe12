typedef int room_of_its_own;
