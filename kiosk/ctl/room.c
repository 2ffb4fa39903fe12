typedef int room_of_its_own; /* until its first file stands here */
