; made by benchmarks.loops of loops.py 42692b4801ccd4f70286a96dcae8c152657768a7d61f3755e9e1f55931008877
define i32 @encode.numba(ptr %retptr, ptr %excinfo, ptr %arg.symbols, ptr %arg.rows, i64 %arg.count, i64 %arg.lanes, ptr %arg.cdf, ptr %arg.start, ptr %arg.low, ptr %arg.size, ptr %arg.beyond, ptr %arg.words, i64 %arg.room, ptr %arg.states) {
B0:
  %.42 = add i64 %arg.count, -1
  %.46 = icmp eq i64 %arg.lanes, 0
  br i1 %.46, label %B0.endif.endif, label %B0.else

B72:
  %lane.2.0145 = phi i64 [ %.472, %B720.endif.endif ], [ %rem.0, %B72.preheader ]
  %escapes.2.0144 = phi i64 [ %escapes.3.2, %B720.endif.endif ], [ 0, %B72.preheader ]
  %position.2.0143 = phi i64 [ %position.3.1, %B720.endif.endif ], [ %arg.room, %B72.preheader ]
  %.176139141 = phi i64 [ %.183, %B720.endif.endif ], [ %.42, %B72.preheader ]
  %.183 = add i64 %.176139141, -1
  %0 = shl i64 %.176139141, 2
  %scevgep8 = getelementptr i8, ptr %arg.rows, i64 %0
  %.214 = load i32, ptr %scevgep8, align 4
  %1 = shl i64 %.176139141, 2
  %scevgep = getelementptr i8, ptr %arg.symbols, i64 %1
  %.221 = load i32, ptr %scevgep, align 4
  %.222 = sext i32 %.221 to i64
  %.225 = sext i32 %.214 to i64
  %.226 = getelementptr i32, ptr %arg.low, i64 %.225
  %.227 = load i32, ptr %.226, align 4
  %.228 = sext i32 %.227 to i64
  %.229 = sub i64 %.222, %.228
  %.236 = getelementptr i32, ptr %arg.size, i64 %.225
  %.237 = load i32, ptr %.236, align 4
  %.238 = sext i32 %.237 to i64
  %.239 = add i64 %.238, -1
  %.244 = icmp slt i64 %.229, 0
  %.256 = icmp sge i64 %.229, %.239
  %or.cond = select i1 %.244, i1 true, i1 %.256
  br i1 %or.cond, label %B278, label %B302

B278:
  %.268 = add i64 %escapes.2.0144, 1
  %.275 = getelementptr i64, ptr %arg.beyond, i64 %.268
  store i64 %.176139141, ptr %.275, align 8
  br label %B302

B302:
  %escapes.3.2 = phi i64 [ %.268, %B278 ], [ %escapes.2.0144, %B72 ]
  %index.2.2 = phi i64 [ %.239, %B278 ], [ %.229, %B72 ]
  %.293 = getelementptr i32, ptr %arg.start, i64 %.225
  %.294 = load i32, ptr %.293, align 4
  %.297 = sext i32 %.294 to i64
  %2 = getelementptr i32, ptr %arg.cdf, i64 %index.2.2
  %.303 = getelementptr i32, ptr %2, i64 %.297
  %.304 = load i32, ptr %.303, align 4
  %.305 = sext i32 %.304 to i64
  %.311 = getelementptr i8, ptr %.303, i64 4
  %.312 = load i32, ptr %.311, align 4
  %.313 = sext i32 %.312 to i64
  %.315 = sub i64 %.313, %.305
  %.321 = getelementptr i64, ptr %arg.states, i64 %lane.2.0145
  %.322 = load i64, ptr %.321, align 8
  %.331 = shl i64 %.315, 47
  %.333.not = icmp ult i64 %.322, %.331
  br i1 %.333.not, label %B720, label %B546

B546:
  %.340 = icmp eq i64 %position.2.0143, 0
  br i1 %.340, label %common.ret, label %B576

common.ret:
  %storemerge135 = phi i64 [ %position.2.0.lcssa, %B818 ], [ -5, %B546 ]
  store i64 %storemerge135, ptr %retptr, align 8
  ret i32 0

B576:
  %.379 = add i64 %position.2.0143, -1
  %.386 = trunc i64 %.322 to i32
  %.388 = getelementptr i32, ptr %arg.words, i64 %.379
  store i32 %.386, ptr %.388, align 4
  %.391 = lshr i64 %.322, 32
  br label %B720

B720:
  %position.3.1 = phi i64 [ %.379, %B576 ], [ %position.2.0143, %B302 ]
  %state.2.1 = phi i64 [ %.391, %B576 ], [ %.322, %B302 ]
  %3 = trunc i64 %.305 to i32
  %.405 = icmp eq i32 %.312, %3
  br i1 %.405, label %B720.endif.endif, label %B720.endif.else

B818:
  %position.2.0.lcssa = phi i64 [ %arg.room, %B0.endif.endif ], [ %arg.room, %B0.else ], [ %position.3.1, %B720.endif.endif ]
  %escapes.2.0.lcssa = phi i64 [ 0, %B0.endif.endif ], [ 0, %B0.else ], [ %escapes.3.2, %B720.endif.endif ]
  store i64 %escapes.2.0.lcssa, ptr %arg.beyond, align 8
  br label %common.ret

B0.else:
  %.57 = icmp ne i64 %.42, -9223372036854775808
  %.58 = icmp ne i64 %arg.lanes, -1
  %.59.not = or i1 %.57, %.58
  br i1 %.59.not, label %B0.else.if, label %B818

B0.else.if:
  %4 = or i64 %.42, %arg.lanes
  %5 = and i64 %4, -4294967296
  %6 = icmp eq i64 %5, 0
  br i1 %6, label %7, label %12

7:
  %8 = trunc i64 %arg.lanes to i32
  %9 = trunc i64 %.42 to i32
  %10 = urem i32 %9, %8
  %11 = zext i32 %10 to i64
  br label %14

12:
  %13 = srem i64 %.42, %arg.lanes
  br label %14

14:
  %15 = phi i64 [ %11, %7 ], [ %13, %12 ]
  %.64 = xor i64 %15, %arg.lanes
  %.65 = icmp slt i64 %.64, 0
  %.66 = icmp ne i64 %15, 0
  %.67 = and i1 %.66, %.65
  %.74 = select i1 %.67, i64 %arg.lanes, i64 0
  %spec.select = add i64 %.74, %15
  br label %B0.endif.endif

B0.endif.endif:
  %rem.0 = phi i64 [ 0, %B0 ], [ %spec.select, %14 ]
  %.170140.not = icmp slt i64 %arg.count, 1
  br i1 %.170140.not, label %B818, label %B72.preheader

B72.preheader:
  br label %B72

B720.endif.else:
  %16 = or i64 %state.2.1, %.315
  %17 = and i64 %16, -4294967296
  %18 = icmp eq i64 %17, 0
  br i1 %18, label %19, label %26

19:
  %20 = trunc i64 %.315 to i32
  %21 = trunc i64 %state.2.1 to i32
  %22 = udiv i32 %21, %20
  %23 = urem i32 %21, %20
  %24 = zext i32 %22 to i64
  %25 = zext i32 %23 to i64
  br label %B720.endif.endif

26:
  %27 = udiv i64 %state.2.1, %.315
  %28 = urem i64 %state.2.1, %.315
  br label %B720.endif.endif

B720.endif.endif:
  %.416127.pn.in = phi i64 [ %.315, %B720 ], [ %24, %19 ], [ %27, %26 ]
  %rem.2.0 = phi i64 [ 0, %B720 ], [ %25, %19 ], [ %28, %26 ]
  %.416127.pn = shl i64 %.416127.pn.in, 16
  %.418129 = add i64 %.416127.pn, %.305
  %.440 = add i64 %.418129, %rem.2.0
  %sunkaddr = mul i64 %lane.2.0145, 8
  %sunkaddr9 = getelementptr i8, ptr %arg.states, i64 %sunkaddr
  store i64 %.440, ptr %sunkaddr9, align 8
  %.446.not = icmp eq i64 %lane.2.0145, 0
  %"$phi806.1.2.1" = select i1 %.446.not, i64 %arg.lanes, i64 %lane.2.0145
  %.472 = add i64 %"$phi806.1.2.1", -1
  %29 = add i64 %.183, 2
  %.170 = icmp ugt i64 %29, 1
  br i1 %.170, label %B72, label %B818
}

define i64 @encode(ptr %.1, ptr %.2, i64 %.3, i64 %.4, ptr %.5, ptr %.6, ptr %.7, ptr %.8, ptr %.9, ptr %.10, i64 %.11, ptr %.12) {
entry:
  %.14 = alloca i64, align 8
  store i64 0, ptr %.14, align 8
  %.18 = call i32 @encode.numba(ptr %.14, ptr poison, ptr %.1, ptr %.2, i64 %.3, i64 %.4, ptr %.5, ptr %.6, ptr %.7, ptr %.8, ptr %.9, ptr %.10, i64 %.11, ptr %.12)
  %.28 = load i64, ptr %.14, align 8
  ret i64 %.28
}
