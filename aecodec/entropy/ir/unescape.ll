; made by benchmarks.loops of loops.py 42692b4801ccd4f70286a96dcae8c152657768a7d61f3755e9e1f55931008877
declare i64 @llvm.abs.i64(i64, i1)

declare i64 @llvm.smax.i64(i64, i64)

define i32 @unescape.numba(ptr %retptr, ptr %excinfo, ptr %arg.data, i64 %arg.end, i64 %arg.at, ptr %arg.low, ptr %arg.high, ptr %arg.symbols, i64 %arg.count, i64 %arg.longest, i64 %arg.largest) {
B0.endif:
  %.arg.count = call i64 @llvm.smax.i64(i64 %arg.count, i64 0)
  %smax = call i64 @llvm.smax.i64(i64 %arg.longest, i64 1)
  %0 = sub i64 1, %arg.end
  br label %B36

B36:
  %.118221 = phi i64 [ 0, %B0.endif ], [ %.125, %B550 ]
  %at.4.0 = phi i64 [ %arg.at, %B0.endif ], [ %at.5.1.lcssa, %B550 ]
  %exitcond260.not = icmp eq i64 %.118221, %.arg.count
  br i1 %exitcond260.not, label %common.ret, label %B38

B38:
  %.125 = add i64 %.118221, 1
  %.155.not = icmp slt i64 %at.4.0, %arg.end
  br i1 %.155.not, label %B70, label %common.ret

common.ret:
  %at.4.0.lcssa.sink = phi i64 [ -2, %B284 ], [ -3, %B162 ], [ %at.4.0, %B36 ], [ -3, %B38 ], [ -3, %B368.preheader ], [ -1, %B550 ]
  store i64 %at.4.0.lcssa.sink, ptr %retptr, align 8
  ret i32 0

B70:
  %.180 = ashr i64 %at.4.0, 3
  %.182 = getelementptr i8, ptr %arg.data, i64 %.180
  %.183 = load i8, ptr %.182, align 1
  %.184 = zext i8 %.183 to i64
  %.186 = and i64 %at.4.0, 7
  %1 = add i64 %at.4.0, 2
  %2 = add i64 %0, %at.4.0
  br label %B162

B162:
  %lsr.iv = phi i64 [ %lsr.iv.next, %B284 ], [ -2, %B70 ]
  %indvar = phi i64 [ %indvar.next, %B284 ], [ 0, %B70 ]
  %indvars.iv = phi i64 [ %indvars.iv.next, %B284 ], [ %1, %B70 ]
  %3 = add i64 %at.4.0, %indvar
  %4 = add i64 %3, 1
  %5 = add i64 %2, %indvar
  %exitcond.not = icmp eq i64 %5, 0
  br i1 %exitcond.not, label %common.ret, label %B192

B192:
  %.234 = ashr i64 %4, 3
  %.236 = getelementptr i8, ptr %arg.data, i64 %.234
  %.237 = load i8, ptr %.236, align 1
  %.238 = zext i8 %.237 to i64
  %.240 = and i64 %4, 7
  %6 = shl i64 1, %.240
  %7 = and i64 %6, %.238
  %.250.not = icmp eq i64 %7, 0
  br i1 %.250.not, label %B284, label %B326.endif

B284:
  %indvars.iv.next = add i64 %indvars.iv, 1
  %indvar.next = add i64 %indvar, 1
  %lsr.iv.next = add i64 %lsr.iv, -2
  %exitcond244.not = icmp eq i64 %smax, %indvar.next
  br i1 %exitcond244.not, label %common.ret, label %B162

B368:
  %lsr.iv60 = phi i64 [ %lsr.iv.next61, %B368 ], [ %25, %B368.preheader40.new ]
  %value.2.1212 = phi i64 [ 1, %B368.preheader40.new ], [ %.475.1, %B368 ]
  %at.5.1211 = phi i64 [ %19, %B368.preheader40.new ], [ %11, %B368 ]
  %.466 = ashr i64 %at.5.1211, 3
  %.468 = getelementptr i8, ptr %arg.data, i64 %.466
  %.469 = load i8, ptr %.468, align 1
  %.470 = zext i8 %.469 to i64
  %.472 = and i64 %at.5.1211, 7
  %.473 = lshr i64 %.470, %.472
  %8 = add i64 %at.5.1211, 1
  %9 = shl i64 %value.2.1212, 2
  %.474 = shl i64 %.473, 1
  %10 = and i64 %.474, 2
  %.464.1 = or i64 %9, %10
  %.466.1 = ashr i64 %8, 3
  %.468.1 = getelementptr i8, ptr %arg.data, i64 %.466.1
  %.469.1 = load i8, ptr %.468.1, align 1
  %.470.1 = zext i8 %.469.1 to i64
  %.472.1 = and i64 %8, 7
  %.473.1 = lshr i64 %.470.1, %.472.1
  %.474.1 = and i64 %.473.1, 1
  %.475.1 = or i64 %.474.1, %.464.1
  %.479.1 = add i64 %at.5.1211, 2
  %lsr.iv.next61 = add i64 %lsr.iv60, -2
  %niter.ncmp.1.not = icmp eq i64 %lsr.iv.next61, 0
  %11 = add i64 %8, 1
  br i1 %niter.ncmp.1.not, label %B504.loopexit.unr-lcssa, label %B368

B504.loopexit.unr-lcssa:
  %12 = and i64 %indvar, 1
  %lcmp.mod.not = icmp eq i64 %12, 0
  br i1 %lcmp.mod.not, label %B504, label %B368.epil.preheader

B368.epil.preheader:
  %value.2.1212.epil.init = phi i64 [ %.475.1, %B504.loopexit.unr-lcssa ], [ 1, %B368.preheader40 ]
  %at.5.1211.epil.init = phi i64 [ %.479.1, %B504.loopexit.unr-lcssa ], [ %19, %B368.preheader40 ]
  %.464.epil = shl i64 %value.2.1212.epil.init, 1
  %.466.epil = ashr i64 %at.5.1211.epil.init, 3
  %.468.epil = getelementptr i8, ptr %arg.data, i64 %.466.epil
  %.469.epil = load i8, ptr %.468.epil, align 1
  %.470.epil = zext i8 %.469.epil to i64
  %.472.epil = and i64 %at.5.1211.epil.init, 7
  %.473.epil = lshr i64 %.470.epil, %.472.epil
  %.474.epil = and i64 %.473.epil, 1
  %.475.epil = or i64 %.474.epil, %.464.epil
  br label %B504

B504:
  %at.5.1.lcssa = phi i64 [ %16, %B504.loopexit.unr-lcssa ], [ %16, %B368.epil.preheader ], [ %19, %B326.endif ]
  %value.2.1.lcssa = phi i64 [ %.475.1, %B504.loopexit.unr-lcssa ], [ %.475.epil, %B368.epil.preheader ], [ 1, %B326.endif ]
  %13 = shl i64 1, %.186
  %14 = and i64 %13, %.184
  %.488.not = icmp eq i64 %14, 0
  br i1 %.488.not, label %B530, label %B508

B508:
  %.494 = getelementptr i64, ptr %arg.low, i64 %.118221
  %.495 = load i64, ptr %.494, align 8
  %.497 = sub i64 %.495, %value.2.1.lcssa
  br label %B550

B530:
  %.506 = getelementptr i64, ptr %arg.high, i64 %.118221
  %.507 = load i64, ptr %.506, align 8
  %.509 = add i64 %.507, %value.2.1.lcssa
  br label %B550

B550:
  %"$phi550.1.2.1" = phi i64 [ %.497, %B508 ], [ %.509, %B530 ]
  %.518 = getelementptr i64, ptr %arg.symbols, i64 %.118221
  store i64 %"$phi550.1.2.1", ptr %.518, align 8
  %.530 = call i64 @llvm.abs.i64(i64 %"$phi550.1.2.1", i1 false)
  %.532 = icmp sgt i64 %.530, %arg.largest
  br i1 %.532, label %common.ret, label %B36

B326.endif:
  %15 = add i64 %indvar, 1
  %.393208 = icmp ugt i64 %15, 1
  %16 = sub i64 %at.4.0, %lsr.iv
  %17 = add i64 %indvar, -1
  %18 = add i64 %at.4.0, %indvar
  %19 = add i64 %18, 2
  br i1 %.393208, label %B368.preheader, label %B504

B368.preheader:
  %20 = sub i64 -2, %at.4.0
  %smax59 = call i64 @llvm.smax.i64(i64 %arg.end, i64 %indvars.iv)
  %21 = add i64 %20, %smax59
  %22 = sub i64 %21, %indvar
  %.not.not = icmp ugt i64 %22, %17
  br i1 %.not.not, label %B368.preheader40, label %common.ret

B368.preheader40:
  %23 = icmp eq i64 %indvar, 1
  br i1 %23, label %B368.epil.preheader, label %B368.preheader40.new

B368.preheader40.new:
  %24 = lshr i64 %indvar, 1
  %25 = shl i64 %24, 1
  br label %B368
}

define i64 @unescape(ptr %.1, i64 %.2, i64 %.3, ptr %.4, ptr %.5, ptr %.6, i64 %.7, i64 %.8, i64 %.9) {
entry:
  %.11 = alloca i64, align 8
  store i64 0, ptr %.11, align 8
  %.15 = call i32 @unescape.numba(ptr %.11, ptr poison, ptr %.1, i64 %.2, i64 %.3, ptr %.4, ptr %.5, ptr %.6, i64 %.7, i64 %.8, i64 %.9)
  %.25 = load i64, ptr %.11, align 8
  ret i64 %.25
}
